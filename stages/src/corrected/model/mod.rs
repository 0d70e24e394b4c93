//! Correction by a language model: it is asked about the paragraphs that are still doubtful after the rules, and each of its changes is judged by what
//! the scan, the dictionary and the book say of the words.

mod apply;
mod ask;
mod difference;
pub mod guard;
mod question;
mod reply;
mod review_reason;

pub(super) use apply::count;
pub use ask::{ModelOutcome, PROMPT, ask};
pub(super) use difference::corrections;
pub use review_reason::{ReviewReason, is_mostly_unreadable, review_reason, words_in_doubt};
