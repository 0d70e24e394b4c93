use std::time::Duration;

use super::{Halt, Request};
use shelf_runtime::failure::{Cause, Failure};

/// How one call of a model ended, if not with a reply.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The server cannot be reached.
    #[error("the model's server cannot be reached: {0}")]
    Connect(String),
    /// It took too long.
    #[error("the model's server took longer than {limit:?} {phase}")]
    Timeout {
        /// What was waited for.
        phase: Phase,
        /// How long.
        limit: Duration,
    },
    /// The reply ended before it was whole.
    #[error("the reply broke off: {0}")]
    Cut(String),
    /// 429: too many requests.
    #[error("the model's server asks for fewer requests (429): {message}")]
    RateLimited {
        /// How long it says to wait, at most [`LONGEST_WAIT`].
        retry_after: Option<Duration>,
        /// What it says.
        message: String,
    },
    /// 408, 409, 5xx, or an error inside a reply: it may be over soon.
    #[error("the model's server failed ({status}): {message}")]
    Server {
        /// HTTP status, or the code of an error inside a reply; 0 where there is none.
        status: u16,
        /// How long it says to wait, at most [`LONGEST_WAIT`].
        retry_after: Option<Duration>,
        /// What it says.
        message: String,
    },
    /// 413: the request is too large.
    #[error("the request is too large for the model's server (413): {0}")]
    TooLarge(String),
    /// The answer is no chat completion.
    #[error("the model's server answered with something that is no chat completion: {0}")]
    Garbled(String),
    /// Nothing more is asked in this run.
    #[error(transparent)]
    Halted(#[from] Halt),
    /// The page's files cannot be written.
    #[error("{}", .0.error)]
    Unwritten(Failure),
}

/// What a call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The first words of the reply.
    FirstToken,
    /// The next words.
    NextToken,
    /// The end of the reply.
    Whole,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::FirstToken => "to begin its reply",
            Self::NextToken => "to go on with its reply",
            Self::Whole => "for its whole reply",
        })
    }
}

/// Longer than this nobody waits, whatever a server says.
pub const LONGEST_WAIT: Duration = Duration::from_mins(2);

impl CallError {
    /// The error that an HTTP status says, or the same code inside a reply.
    pub(super) fn of_status(status: u16, retry_after: Option<Duration>, message: String) -> Self {
        match status {
            429 => Self::RateLimited { retry_after, message },
            413 => Self::TooLarge(message),
            0 | 408 | 409 | 425 | 500.. => Self::Server { status, retry_after, message },
            _ => Self::Halted(Halt::Refused { status, message, with_picture: false }),
        }
    }

    /// The error, knowing what was asked.
    pub(super) fn of_request(mut self, request: &Request) -> Self {
        if let Self::Halted(Halt::Refused { with_picture, .. }) = &mut self {
            *with_picture = request.pictures().next().is_some();
        }
        self
    }

    /// Whether the same request may go well another time.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Connect(_)
            | Self::Timeout { .. }
            | Self::Cut(_)
            | Self::RateLimited { .. }
            | Self::Server { .. }
            | Self::Garbled(_) => true,
            Self::TooLarge(_) | Self::Halted(_) | Self::Unwritten(_) => false,
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

    /// Whether the server may have charged for it: the request was there, and the model perhaps at work.
    #[must_use]
    pub fn may_have_cost(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Cut(_) | Self::Garbled(_) => true,
            Self::Connect(_)
            | Self::RateLimited { .. }
            | Self::Server { .. }
            | Self::TooLarge(_)
            | Self::Halted(_)
            | Self::Unwritten(_) => false,
        }
    }

    /// A word for the ledger.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Connect(_) => "connect".to_owned(),
            Self::Timeout { phase: Phase::FirstToken, .. } => "timeout: first token".to_owned(),
            Self::Timeout { phase: Phase::NextToken, .. } => "timeout: idle".to_owned(),
            Self::Timeout { phase: Phase::Whole, .. } => "timeout: total".to_owned(),
            Self::Cut(_) => "cut".to_owned(),
            Self::RateLimited { .. } => "http 429".to_owned(),
            Self::Server { status, .. } | Self::Halted(Halt::Refused { status, .. }) => format!("http {status}"),
            Self::TooLarge(_) => "http 413".to_owned(),
            Self::Garbled(_) => "garbled".to_owned(),
            Self::Halted(_) | Self::Unwritten(_) => "not sent".to_owned(),
        }
    }

    /// The failure of the page that asked.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Halted(halt) => halt.into_failure(),
            Self::Unwritten(failure) => failure,
            Self::Timeout { .. } => Failure { transient: true, ..Failure::of(Cause::Timeout, &self) }
                .hint("if the model is slow, raise `--llm-first-token`, `--llm-idle` or `--llm-total`"),
            Self::Connect(_) => Failure::retry(&self)
                .hint("see that the network is there, and that `shelf config` shows the right `base-url`"),
            Self::TooLarge(_) => Failure::new(&self),
            _ => Failure::retry(&self),
        }
    }
}

/// How long a server says to wait: `retry-after-ms`, else `Retry-After` in seconds or as a date, at most [`LONGEST_WAIT`].
///
/// Format: RFC 9110, section 10.2.3; `retry-after-ms` as OpenAI's clients read it.
pub(super) fn retry_after(header: impl Fn(&str) -> Option<String>, now: jiff::Timestamp) -> Option<Duration> {
    let milliseconds = header("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok()).map(|ms| ms / 1000.0);
    let seconds = || {
        let text = header("retry-after")?;
        text.trim().parse::<f64>().ok().or_else(|| seconds_until(text.trim(), now))
    };
    let wait = milliseconds.or_else(seconds).filter(|wait| wait.is_finite())?;
    Some(Duration::from_secs_f64(wait.clamp(0.0, LONGEST_WAIT.as_secs_f64())))
}

fn seconds_until(date: &str, now: jiff::Timestamp) -> Option<f64> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(date.duration_since(now).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(&str, &str)]) -> Option<f64> {
        let now = "1994-11-06T08:49:07Z".parse().unwrap();
        let header =
            |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        retry_after(header, now).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn a_server_says_how_long_to_wait_in_three_ways() {
        assert_eq!(wait(&[("retry-after-ms", "1500"), ("retry-after", "7")]), Some(1.5));
        assert_eq!(wait(&[("retry-after", "7")]), Some(7.0));
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(30.0));
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(0.0));
        assert_eq!(wait(&[("retry-after", "86400")]), Some(120.0));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn errors_are_told_apart_by_status() {
        let of = |status| CallError::of_status(status, None, "a 5 and a 429".to_owned());
        for status in [408, 409, 500, 502, 503, 529] {
            assert!(of(status).may_pass() && matches!(of(status), CallError::Server { .. }), "{status}");
        }
        for status in [400, 401, 402, 403, 404, 422, 301] {
            assert!(
                !of(status).may_pass() && matches!(of(status), CallError::Halted(Halt::Refused { .. })),
                "{status}"
            );
        }
        assert!(of(429).may_pass() && matches!(of(429), CallError::RateLimited { .. }));
        assert_eq!(of(413), CallError::TooLarge("a 5 and a 429".to_owned()));
    }
}
