//! Correction by rules: deterministic and free. Every change is described in the correction notes of its paragraph.

mod correct;
mod correction;
mod draft;
mod foreign;
mod hyphens;
mod initials;
mod legibility;
mod ordinals;
mod pronoun;
mod punctuation;
mod roman_numerals;
mod second_readings;
mod specks;
mod split_words;
mod words;

pub use correct::{CorrectionResult, correct_page};
pub(super) use correction::correction_notes;
pub use correction::{Correction, CorrectionKind};
pub use hyphens::word_across_pages;
pub use legibility::Legibility;
