//! Correcting by a language model: it is asked about the paragraphs that are in doubt after the rules, and what it changes is taken only
//! where it stays near what was read.

mod ask;
mod difference;
mod doubt;
mod guard;

pub use ask::{ModelOutcome, PROMPT, ask};
pub use doubt::{Doubt, doubt_of};
pub use guard::{Verdict, judge};
