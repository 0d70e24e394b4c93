//! The `corrected` stage: mends what `ocr` misread.

mod options;
mod page;
pub mod rules;

pub use options::CorrectedOptions;
pub use page::{CorrectedBlock, CorrectedPage, CorrectedParagraph, NOTES_CHARS};
