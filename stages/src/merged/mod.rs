//! The `merged` stage: puts text, corrections and labels of a page together, and says how the page goes on.

mod continuation;
mod page;
mod stage;

pub use page::{Continuation, MergedBlock, MergedMetadata, MergedPage, MergedParagraph, SplitWord};
pub use stage::{MergedMetrics, merged};
