//! The `corrected` stage: corrects the errors of `ocr`.

mod metrics;
pub mod model;
mod options;
pub mod rules;
mod stage;
mod transcription;

pub use metrics::CorrectedMetrics;
pub use options::{Correct, CorrectedOptions};
pub use shelf_pages::{CorrectedBlock, CorrectedPage, CorrectedParagraph, MAX_NOTES_CHARS};
pub use stage::corrected;
