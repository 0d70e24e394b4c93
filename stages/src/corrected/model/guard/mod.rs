//! Decides which of a model's changes are accepted: each pair of words is judged by what the scan, the dictionary and the book say of it.

mod certainty;
mod characters;
mod common_words;
mod evidence;
mod judge;
mod known_words;
mod letter_widths;
mod meaning;
mod misreading;
mod verdict;
mod word_change;
mod word_forms;

pub use crate::alignment::{WordPair, align};
pub use judge::{Guard, JudgedPair};
pub use verdict::Verdict;
pub(in crate::corrected) use word_forms::folded;
