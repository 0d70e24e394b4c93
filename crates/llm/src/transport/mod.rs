//! HTTP to servers with OpenAI's chat completions.

mod api_key;
mod body_limit;
mod failed_call;
mod http;
mod proxy;
mod reply_builder;
mod retry_after;
mod server_error;
mod sse;
pub(crate) mod wire;

pub use api_key::ApiKey;
pub(crate) use failed_call::{Call, FailedCall};
pub(crate) use http::Transport;
pub use http::{Timeouts, TransportError};
pub use proxy::Proxy;
pub(crate) use server_error::ServerError;
