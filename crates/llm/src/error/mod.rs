//! How a call fails, and what aborts the run.

mod abort_reason;
mod call_error;
mod classify;

pub use abort_reason::{AbortReason, BudgetScope, Rejection};
pub use call_error::{CallError, MAX_RETRY_AFTER, Phase};
pub(crate) use classify::refuses_pictures;
