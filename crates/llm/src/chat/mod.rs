//! Requests, replies, and when a reply counts.

mod reply;
mod request;
mod schema;
mod validate;

pub use reply::Reply;
pub use request::{Message, Request, Role};
pub use schema::{ReplySchema, SchemaError};
pub(crate) use validate::validate;
pub use validate::{Answer, Violation};
