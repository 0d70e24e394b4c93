//! The `merged` stage: puts text, corrections and labels of a page together, and says how the page goes on.

mod continuation;
mod stage;

pub use shelf_pages::{Continuation, MergedBlock, MergedMetadata, MergedPage, MergedParagraph, SplitWord};
pub use stage::{MergedMetrics, merged};
