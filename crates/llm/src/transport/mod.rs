//! HTTP to servers with OpenAI's chat completions.

mod api_key;
mod http;
mod reply_builder;
mod retry_after;
mod sse;
pub(crate) mod wire;

pub use api_key::ApiKey;
pub(crate) use http::Transport;
pub use http::{Timeouts, TransportError};
