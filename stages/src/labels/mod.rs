//! The `labels` stage: says what each block of a page is, and which number is printed on it.

mod classification;
mod page;

pub use crate::pagination::{NumberingStyle, PageNumberLocation, PageRegion};
pub use classification::Classification;
pub use page::{LabelledBlock, LabelsPage};
