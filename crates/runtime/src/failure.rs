//! Why a page could not be made: an error with its causes, and what to do about it. What counts as a failure is the same in all crates.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a stage function returns: its output, or its output and its metrics.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why one page could not be made.
///
/// Any error turns into a failure with `?`, which fails the page for good: it is not tried again until its inputs, options or
/// the stage's version change. [`Failure::retry`] says that another try may help.
///
/// `Failure` is no [`std::error::Error`], so that every error converts into it; from an `anyhow::Result` use
/// `.map_err(Failure::new)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// What kind of failure it is.
    pub cause: Cause,
    /// What went wrong, in a line.
    pub error: String,
    /// What caused it, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether another try may help.
    pub transient: bool,
    /// How long to wait before another try, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<f64>,
    /// Where a panic stopped, and how it got there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backtrace: Option<String>,
}

/// What kind of failure stopped a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The stage returned an error.
    Error,
    /// The stage panicked.
    Panic,
    /// The output does not match its schema.
    Output,
    /// An input page could not be read.
    Input,
    /// A worker process died.
    Crash,
    /// A worker process ran out of the memory it was allowed.
    Memory,
    /// A time limit passed.
    Timeout,
    /// The page could not be written.
    Write,
    /// The page could not be written, since the disk is full: it is still to be made.
    DiskFull,
    /// The run was aborted, since a provider has become unavailable: the page is still to be made. Called `halted` in records.
    #[serde(rename = "halted", alias = "aborted")]
    Aborted,
}

impl Failure {
    /// A failure for good, with this message.
    pub fn new(error: impl fmt::Display) -> Self {
        Self::of(Cause::Error, error)
    }

    /// A failure that another try may mend.
    pub fn retry(error: impl fmt::Display) -> Self {
        Self { transient: true, ..Self::new(error) }
    }

    /// A failure of this kind.
    pub fn of(cause: Cause, error: impl fmt::Display) -> Self {
        Self {
            cause,
            error: error.to_string(),
            causes: Vec::new(),
            hint: None,
            transient: false,
            retry_after_s: None,
            backtrace: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says how long to wait before another try.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.retry_after_s = Some(wait.as_secs_f64());
        self
    }

    /// Puts `context` in front; what was the message becomes its cause.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        let inner = std::mem::replace(&mut self.error, context.to_string());
        self.causes.insert(0, inner);
        self
    }
}

/// The message and its causes in one line.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error)?;
        self.causes.iter().try_for_each(|cause| write!(f, ": {cause}"))
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let causes = std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string).collect();
        Self { causes, ..Self::new(error) }
    }
}

/// An error that a stage's function may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a stage",
    label = "neither a `Failure` nor a `std::error::Error`",
    note = "return `Failure`, or an error that implements `std::error::Error`; any other value fits into `Failure::new(…)`"
)]
pub trait IntoFailure {
    /// The failure of the page.
    fn into_failure(self) -> Failure;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Failure>> IntoFailure for E {
    fn into_failure(self) -> Failure {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn an_error_keeps_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("the page is upside down")]
        struct Outer(#[source] std::num::ParseIntError);

        let failure = Failure::from(Outer("x".parse::<u32>().unwrap_err()));
        assert_eq!(failure.to_string(), "the page is upside down: invalid digit found in string");
        assert!(!failure.transient);
        assert_eq!(
            failure.context("page 3").to_string(),
            "page 3: the page is upside down: invalid digit found in string"
        );
    }
}
