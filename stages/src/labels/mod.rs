//! The `labels` stage: labels each block of a page and finds the printed page number.

mod legibility;
mod metrics;
pub mod model;
mod options;
mod rules;
mod stage;

pub(crate) use legibility::is_unreadable;
use legibility::{MIN_WORD_CONFIDENCE, unsure_ratio};
pub use metrics::LabelsMetrics;
pub use options::LabelsOptions;
pub use rules::{label_blocks, label_page};
pub use shelf_pages::{
    Classification, LabelledBlock, LabelledLines, LabelsPage, NumberingStyle, PageNumberLocation, PageRegion,
};
pub use stage::labels;
