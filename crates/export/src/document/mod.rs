//! The book as a document: the structure with the text of every span. It is what the format `json` writes and templates read.

mod block;
mod blocks;
mod metadata;
mod passage_writer;
mod whole;

pub use block::{Block, BlockContent, Inline};
pub use blocks::Blocks;
pub use metadata::DocumentMetadata;
pub use whole::Document;
pub(crate) use whole::DocumentHead;
