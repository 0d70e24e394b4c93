//! Labelling by a language model: it is asked about pages with doubtful labels, and its changes are accepted only if
//! they do not contradict the page.

mod ask;
mod guardrail;
mod number;
mod question;
mod reply;

pub use ask::{ModelOutcome, PROMPT, ask};
use guardrail::judge;
use number::ModelPageNumber;
use question::question;
use reply::{Change, Changes};
