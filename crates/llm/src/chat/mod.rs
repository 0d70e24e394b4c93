//! Requests, replies, and when a reply counts.

mod finish_reason;
pub(crate) mod frame;
mod reply;
mod request;
mod schema;
mod validate;

pub(crate) use finish_reason::FinishReason;
pub use reply::Reply;
pub(crate) use reply::reported_cost;
pub use request::{Message, Request, Role};
pub use schema::{ReplySchema, SchemaError};
pub use validate::{Answer, Violation};
pub(crate) use validate::{is_complete, validate, validate_text};
