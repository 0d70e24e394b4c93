//! Cataloguing by a language model: it gets the text of the first pages, and what it says is taken only where the pages say it too.

mod ask;
mod guardrail;
mod question;
mod reply;

pub use ask::{ModelOutcome, PROMPT, ask};
pub use guardrail::{is_in_text, similarity};
