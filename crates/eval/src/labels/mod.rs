//! Scores labels of blocks and printed page numbers against a table of ground truth.
//!
//! [`LabelTruth`] reads the table, in one of three formats; [`score_labels`] compares it with merged pages, or with labels
//! [joined](LabelledPage::join) with OCR pages.

mod ground_truth;
mod overlap;
mod page;
mod score;
mod table;
mod text_match;

pub use ground_truth::{LabelClass, LabelTruth, LabelTruthError, Locator, PageTruth, TrueBlock};
pub use page::{BlockWithText, LabelledPage};
pub use score::{ClassScore, LabelScore, PageNumberScore, score_labels};
