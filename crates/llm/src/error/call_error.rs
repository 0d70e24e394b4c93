use std::time::Duration;

use super::AbortReason;
use crate::chat::Request;
use shelf_runtime::failure::{Cause, Failure};

/// Why a call to a model gave no reply.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The server cannot be reached.
    #[error("cannot reach the model's server: {0}")]
    Connect(String),
    /// The server was too slow.
    #[error("the model's server took longer than {limit:?} {phase}")]
    Timeout {
        /// What was waited for.
        phase: Phase,
        /// The limit.
        limit: Duration,
    },
    /// The reply is incomplete.
    #[error("the reply was cut off: {0}")]
    Cut(String),
    /// 429: too many requests.
    #[error("the model's server is limiting requests (429): {message}")]
    RateLimited {
        /// How long the server says to wait, at most [`MAX_RETRY_AFTER`].
        retry_after: Option<Duration>,
        /// The server's message.
        message: String,
    },
    /// 408, 409, 5xx, or an error inside a reply: likely to be temporary.
    #[error("the model's server failed ({status}): {message}")]
    Server {
        /// HTTP status, or the code of an error inside a reply; 0 if it has none.
        status: u16,
        /// How long the server says to wait, at most [`MAX_RETRY_AFTER`].
        retry_after: Option<Duration>,
        /// The server's message.
        message: String,
    },
    /// 413: the request is too large.
    #[error("the request is too large for the model's server (413): {0}")]
    TooLarge(String),
    /// The server refuses this request, and would refuse it again; it may accept others.
    #[error("the model's server refused the request ({status}): {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The server's message.
        message: String,
        /// Whether the request contained a picture.
        with_picture: bool,
    },
    /// The server does not have the model.
    #[error("the model's server does not have the model ({status}): {message}")]
    UnknownModel {
        /// HTTP status.
        status: u16,
        /// The server's message.
        message: String,
    },
    /// The server refuses parameters, which are left out from now on: the same request is sent again.
    #[error("the model's server refused {} ({status}): {message}", .parameters.join(" and "))]
    ParametersRefused {
        /// Their names.
        parameters: Vec<String>,
        /// HTTP status.
        status: u16,
        /// The server's message.
        message: String,
    },
    /// The reply is longer than its limit on tokens allows.
    #[error("the reply does not end: it has more than {limit_bytes} bytes, for at most {max_tokens} tokens")]
    Endless {
        /// The limit, bytes.
        limit_bytes: usize,
        /// Maximum tokens of the reply.
        max_tokens: u32,
    },
    /// The response is not a chat completion.
    #[error("the model's server did not send a chat completion: {0}")]
    Malformed(String),
    /// No more requests are sent in this run.
    #[error(transparent)]
    Aborted(#[from] AbortReason),
    /// A reply or a line of the ledger cannot be read or written.
    #[error("{}", .0.error)]
    Storage(Failure),
}

/// What a call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The first token of the reply.
    FirstToken,
    /// The next token.
    NextToken,
    /// The end of the reply.
    Total,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::FirstToken => "to begin its reply",
            Self::NextToken => "to continue its reply",
            Self::Total => "to complete its reply",
        })
    }
}

/// The longest wait that a server's `Retry-After` can cause. If it says to wait longer, the run stops asking, and the pages wait for the next one.
pub const MAX_RETRY_AFTER: Duration = Duration::from_mins(10);

impl CallError {
    /// The error for a store that failed; another try may find room.
    pub(crate) fn storage(failure: impl Into<Failure>) -> Self {
        Self::Storage(Failure { cause: Cause::Write, transient: true, ..failure.into() })
    }

    /// Whether the server has more to do than it can.
    pub(crate) fn is_overload(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Timeout { .. })
    }

    /// Adds whether the request contained a picture.
    pub(crate) fn of_request(mut self, request: &Request) -> Self {
        if let Self::Aborted(AbortReason::Rejected { with_picture, .. }) | Self::Refused { with_picture, .. } =
            &mut self
        {
            *with_picture = request.pictures().next().is_some();
        }
        self
    }

    /// Applies `edit` to the server's message, if there is one.
    pub(crate) fn map_message(mut self, edit: impl Fn(&str) -> String) -> Self {
        match &mut self {
            Self::RateLimited { message, .. }
            | Self::Server { message, .. }
            | Self::TooLarge(message)
            | Self::Malformed(message)
            | Self::Refused { message, .. }
            | Self::UnknownModel { message, .. }
            | Self::ParametersRefused { message, .. }
            | Self::Aborted(AbortReason::Rejected { message, .. } | AbortReason::Later { message, .. }) => {
                *message = edit(message);
            }
            Self::Connect(_)
            | Self::Timeout { .. }
            | Self::Cut(_)
            | Self::Endless { .. }
            | Self::Aborted(_)
            | Self::Storage(_) => {}
        }
        self
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connect(_)
            | Self::Timeout { .. }
            | Self::Cut(_)
            | Self::RateLimited { .. }
            | Self::Server { .. }
            | Self::Malformed(_) => true,
            Self::TooLarge(_)
            | Self::Refused { .. }
            | Self::UnknownModel { .. }
            | Self::ParametersRefused { .. }
            | Self::Endless { .. }
            | Self::Aborted(_)
            | Self::Storage(_) => false,
        }
    }

    /// How long the server says to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the provider may charge for it: the request arrived, and the model may have worked on it.
    #[must_use]
    pub fn may_have_cost(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Cut(_) | Self::Malformed(_) | Self::Endless { .. } => true,
            Self::Connect(_)
            | Self::RateLimited { .. }
            | Self::Server { .. }
            | Self::TooLarge(_)
            | Self::Refused { .. }
            | Self::UnknownModel { .. }
            | Self::ParametersRefused { .. }
            | Self::Aborted(_)
            | Self::Storage(_) => false,
        }
    }

    /// The word for it in the ledger.
    pub(crate) fn ledger_word(&self) -> String {
        match self {
            Self::Connect(_) => "connect".to_owned(),
            Self::Timeout { phase: Phase::FirstToken, .. } => "timeout: first token".to_owned(),
            Self::Timeout { phase: Phase::NextToken, .. } => "timeout: idle".to_owned(),
            Self::Timeout { phase: Phase::Total, .. } => "timeout: total".to_owned(),
            Self::Cut(_) => "cut".to_owned(),
            Self::RateLimited { .. } => "http 429".to_owned(),
            Self::Server { status, .. }
            | Self::Refused { status, .. }
            | Self::UnknownModel { status, .. }
            | Self::ParametersRefused { status, .. }
            | Self::Aborted(AbortReason::Rejected { status, .. }) => format!("http {status}"),
            Self::Endless { .. } => "endless".to_owned(),
            Self::TooLarge(_) => "http 413".to_owned(),
            Self::Malformed(_) => "garbled".to_owned(),
            Self::Aborted(_) | Self::Storage(_) => "not sent".to_owned(),
        }
    }

    /// The failure of the page that asked.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Aborted(reason) => reason.into_failure(),
            Self::Storage(failure) => failure,
            Self::Timeout { .. } => Failure { transient: true, ..Failure::of(Cause::Timeout, &self) }
                .hint("if the model is slow, raise `--llm-first-token`, `--llm-idle` or `--llm-total`"),
            Self::Connect(_) => {
                Failure::retry(&self).hint("check the network, and the `base_url` that `shelf config` shows")
            }
            Self::Refused { with_picture: true, .. } => Failure::new(&self).hint(
                "if the model does not accept pictures, pass `--vision never` or choose another with `--llm-model`",
            ),
            Self::TooLarge(_) | Self::Refused { .. } | Self::UnknownModel { .. } | Self::Endless { .. } => {
                Failure::new(&self)
            }
            _ => Failure::retry(&self),
        }
    }
}
