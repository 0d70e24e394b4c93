//! What is to do, and why: computed from the table of stages, the book as it lies there, and the request. Nothing is written here.

mod book_state;
mod decide;
mod job;
mod look;
mod request;

pub use book_state::{BookState, PageState, Scan, StageState};
pub use decide::{Need, plan};
pub use job::{Job, Plan, PlannedStage, Settled, Why};
pub use look::{LookError, look, metadata};
pub use request::{PlanError, Request};

pub(crate) use decide::{changes, fingerprint, tokens};
