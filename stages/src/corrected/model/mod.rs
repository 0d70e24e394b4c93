//! Correction by a language model: it is asked about the paragraphs that are still doubtful after the rules, and its changes are accepted only
//! if they stay close to what was read.

mod ask;
mod difference;
mod guardrail;
mod review_reason;

pub use ask::{ModelOutcome, PROMPT, ask};
pub use guardrail::{Verdict, judge_change};
pub use review_reason::{ReviewReason, review_reason};
