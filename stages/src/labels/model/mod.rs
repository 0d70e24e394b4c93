//! Labelling by a language model: it is asked about a page whose labels the rules are not sure of, and what it changes is taken only where
//! nothing of the page speaks against it.

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
