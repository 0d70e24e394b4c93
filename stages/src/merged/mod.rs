//! The `merged` stage: merges the text, corrections and labels of a page, and finds how the text continues across page breaks.

mod blocks;
mod continuation;
mod stage;

pub use shelf_pages::{BlockOrigin, Continuation, MergedBlock, MergedMetadata, MergedPage, MergedParagraph, SplitWord};
pub use stage::{MergedMetrics, merged};
