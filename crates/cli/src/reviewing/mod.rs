//! The queue of what needs a person's decision: proposed corrections that are in doubt, then pages that reports flag.

mod decide;
mod picture;
mod placed_proposal;
mod queue;

pub(crate) use decide::{Session, json_of_item};
pub(crate) use queue::queue;
