//! What a run would ask, and what it may cost.

mod estimate;
mod range;
mod sample;

pub use estimate::{Estimate, estimate};
pub use range::Range;
pub use sample::{StageRequests, dry_run};
