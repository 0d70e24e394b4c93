//! How good the labels of blocks and the printed page numbers are, against a table of what they should be.
//!
//! [`LabelTruth`] reads the table, in one of three shapes; [`score_labels`] lays the pages of `merged` beside it, or those of `labels`
//! [joined](labelled) with `ocr`'s.

mod boxes;
mod page;
mod score;
mod table;
mod text_match;
mod truth;

pub use page::{Labelled, LabelledPage, labelled};
pub use score::{ClassScore, LabelScore, PageNumberScore, score_labels};
pub use truth::{Kind, LabelTruth, LabelTruthError, PageTruth, Place, TrueBlock};
