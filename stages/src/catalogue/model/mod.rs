//! Cataloguing by a language model: it gets the text of the first pages, and its claims are accepted only if the pages confirm them.

mod ask;
mod guardrail;
mod question;
mod reply;

pub use ask::{ModelOutcome, PROMPT, ask};
pub use guardrail::{is_in_text, similarity};
