//! What to make, and why: computed from the table of stages, the state of the book, and the request. Writes nothing.

mod decide;
mod job;
mod phases;
mod request;
mod selector;
mod shard_plan;

pub use crate::stage::ParsedOptions;
pub use decide::{IfMissing, Need, plan};
pub use job::{Job, OtherShards, Plan, PlannedStage, Settled, Why};
pub use phases::{Division, Phase, phases};
pub use request::{PlanError, Request};
pub use selector::{Selector, select};

pub(crate) use decide::{changes, fingerprint, is_kept, tokens};
