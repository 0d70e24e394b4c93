//! What to make, and why: computed from the table of stages, the state of the book, and the request. Writes nothing.

mod decide;
mod fingerprint;
mod job;
mod need;
mod phases;
mod request;
mod selector;
mod shard_plan;
mod staleness;

pub use crate::stage::ParsedOptions;
pub use decide::plan;
pub use job::{Job, OtherShards, Plan, PlannedStage, Settled, Why};
pub use need::{IfMissing, Need};
pub use phases::{Division, Phase, phases};
pub use request::{PlanError, Request};
pub use selector::{Selector, select};

pub(crate) use fingerprint::{fingerprint, tokens};
pub(crate) use staleness::{changes, is_kept};
