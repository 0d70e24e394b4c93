//! The `transcribed` stage: a vision model reads the page itself, for scripts and handwriting that Tesseract cannot read.

mod metrics;
mod model;
mod options;
mod placement;
mod stage;

pub use metrics::TranscribedMetrics;
pub use options::{TranscribedEngine, TranscribedOptions, TranscribedParagraphs};
pub use shelf_pages::{TranscribedLine, TranscribedPage};
pub use stage::transcribed;
