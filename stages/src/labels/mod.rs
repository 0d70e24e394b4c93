//! The `labels` stage: says what each block of a page is, and which number is printed on it.

mod classification;
mod legibility;
mod metrics;
pub mod model;
mod options;
mod page;
mod rules;
mod stage;

pub use crate::pagination::{NumberingStyle, PageNumberLocation, PageRegion};
pub use classification::Classification;
pub(crate) use legibility::is_unreadable;
use legibility::{UNSURE, unsure_ratio};
pub use metrics::LabelsMetrics;
pub use options::LabelsOptions;
pub use page::{LabelledBlock, LabelsPage};
pub use rules::label_blocks;
pub use stage::labels;
