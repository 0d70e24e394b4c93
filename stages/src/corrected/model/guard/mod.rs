//! Decides which of a model's changes are accepted: each pair of words is judged by what the scan, the dictionary and the book say of it.

mod alignment;
mod characters;
mod common_words;
mod evidence;
mod judge;
mod letter_widths;
mod meaning;

pub use alignment::{WordPair, align};
pub use judge::{Guard, JudgedPair, Verdict};
