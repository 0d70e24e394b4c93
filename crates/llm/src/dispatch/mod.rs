//! Sends the requests of all stages: concurrency, rate limit, budget, retries.

mod attempt;
mod background;
mod cached_reply;
mod circuit_breaker;
mod client_state;
mod concurrency;
mod dispatcher;
mod dry_run;
mod rate_limiter;
mod received;
mod start_error;

pub(crate) use circuit_breaker::Turn;
pub use dispatcher::Dispatcher;
pub(crate) use dry_run::RequestLog;
pub use dry_run::{RequestSize, Subject};
pub(crate) use received::Received;
pub use start_error::StartError;
