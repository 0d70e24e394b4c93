//! Evaluation: character and word error rates of texts, and scores of [labels], against ground truth; [synthetic pages](draw) and a [demo
//! book](demo), whose ground truth is exact.
//!
//! Texts are [normalised](Normalisation) first, since manual ground truth has no line breaks, and different quotes and dashes.

mod conserved;
pub mod demo;
pub mod draw;
mod error_rate;
mod hyphens;
pub mod labels;
mod normalise;
#[doc(hidden)]
pub mod testing;
mod truth;

pub use conserved::conserved;
pub use error_rate::{ErrorRate, Score, score};
pub use hyphens::{HyphenScore, JudgedHyphen, judge_hyphens};
pub use normalise::{Normalisation, Rule};
pub use truth::{Truth, TruthError};
