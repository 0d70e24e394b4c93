//! What a stage uses: [`Llm`] and [`Ask`].

mod ask;
mod conversation;
mod llm;

pub use ask::Ask;
pub use llm::{Llm, RunLlm};
