//! The `corrected` stage: mends what `ocr` misread.

mod metrics;
pub mod model;
mod options;
mod page;
pub mod rules;
mod stage;

pub use metrics::CorrectedMetrics;
pub use options::{Correct, CorrectedOptions};
pub use page::{CorrectedBlock, CorrectedPage, CorrectedParagraph, NOTES_CHARS};
pub use stage::corrected;
