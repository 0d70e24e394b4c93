use serde_json::{Map, Value};

use super::server_error::ServerError;
use crate::error::CallError;

/// A call that gave no usable reply, with what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FailedCall {
    pub(crate) error: CallError,
    /// Tokens and cost, if the provider reported them before the call failed.
    pub(crate) usage: Option<Value>,
    /// What the server said, if it refused the request. The key is redacted.
    pub(crate) refusal: Option<ServerError>,
}

impl From<CallError> for FailedCall {
    fn from(error: CallError) -> Self {
        Self { error, usage: None, refusal: None }
    }
}

/// What a request sends, and how long its reply may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) body: &'a Map<String, Value>,
    /// Maximum tokens of the reply.
    pub(crate) max_tokens: u32,
}
