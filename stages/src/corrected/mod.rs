//! The `corrected` stage: mends what `ocr` misread.

mod page;

pub use page::{CorrectedBlock, CorrectedPage, CorrectedParagraph, NOTES_CHARS};
