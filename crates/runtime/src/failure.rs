//! Why a page could not be made: an error with its causes, and what to do about it. What counts as a failure is the same in all crates.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a stage function returns: its output, or its output and its metrics.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why one page could not be made.
///
/// Every error turns into a failure with `?`: a [`std::error::Error`], `anyhow::Error`, `Box<dyn Error + Send + Sync>` or a
/// `String`. The failure keeps all its causes. It fails the page permanently: the page is not tried again until its inputs, its
/// options or the stage's version change. An error of the operating system that says nothing of the page, such as too many open
/// files, is tried again. [`ResultExt`] adds context, a hint, or that another attempt may succeed.
///
/// `Failure` does not implement [`std::error::Error`]; otherwise these conversions would overlap.
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

    /// A failure that another try may put right.
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

/// Whatever turns into a boxed error: errors themselves, boxed ones, `anyhow::Error` and strings.
impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error: Box<dyn Error + Send + Sync> = error.into();
        let causes = || std::iter::successors(error.source(), |cause| (**cause).source());
        let is_transient = is_transient(&*error) || causes().any(is_transient);
        Self { causes: causes().map(ToString::to_string).collect(), transient: is_transient, ..Self::new(&error) }
    }
}

/// Whether an error is one of the operating system that says nothing of the page, such as an input/output error or too many open files, and
/// that may be gone at the next try.
fn is_transient(error: &(dyn Error + 'static)) -> bool {
    use std::io::ErrorKind;
    let Some(error) = error.downcast_ref::<std::io::Error>() else { return false };
    let is_of_the_page = matches!(
        error.kind(),
        ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::AlreadyExists
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidFilename
            | ErrorKind::FileTooLarge
            | ErrorKind::Unsupported
    );
    error.raw_os_error().is_some() && !is_of_the_page
}

/// Says more about the error of any `Result`.
///
/// ```
/// # use shelf::prelude::*;
/// fn read_words(path: &str) -> Result<String> {
///     std::fs::read_to_string(path)
///         .with_context(|| format!("cannot read the list of words {path}"))
///         .hint("install the package `wamerican`")
/// }
/// let failure = read_words("/missing").unwrap_err();
/// assert_eq!(failure.to_string(), "cannot read the list of words /missing: No such file or directory (os error 2)");
/// ```
pub trait ResultExt<T> {
    /// Puts `context` in front of the error, which becomes its cause.
    fn context(self, context: impl fmt::Display) -> Result<T>;

    /// [`ResultExt::context`], made only if there is an error.
    fn with_context<C: fmt::Display>(self, context: impl FnOnce() -> C) -> Result<T>;

    /// Adds what a person can do about the error.
    fn hint(self, hint: impl Into<String>) -> Result<T>;

    /// Says that another attempt may succeed: the page is tried again in this run, and by the next run.
    fn retry(self) -> Result<T>;
}

impl<T, E: Into<Failure>> ResultExt<T> for std::result::Result<T, E> {
    fn context(self, context: impl fmt::Display) -> Result<T> {
        self.map_err(|error| error.into().context(context))
    }

    fn with_context<C: fmt::Display>(self, context: impl FnOnce() -> C) -> Result<T> {
        self.map_err(|error| error.into().context(context()))
    }

    fn hint(self, hint: impl Into<String>) -> Result<T> {
        self.map_err(|error| error.into().hint(hint))
    }

    fn retry(self) -> Result<T> {
        self.map_err(|error| Failure { transient: true, ..error.into() })
    }
}

/// An error that a stage's function may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a stage",
    label = "not an error that turns into a `Failure`",
    note = "return `Failure`, an error that implements `std::error::Error`, `Send` and `Sync`, `anyhow::Error` or `String`; any other value fits into `Failure::new(…)`"
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
    use std::error::Error;

    use super::{Failure, ResultExt};

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

    #[test]
    fn an_error_of_the_system_is_tried_again() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot read")]
        struct Unread(#[source] std::io::Error);

        for (code, is_transient) in
            [(5, true), (24, true), (12, true), (116, true), (13, true), (2, false), (21, false)]
        {
            let failure = Failure::from(Unread(std::io::Error::from_raw_os_error(code)));
            assert_eq!(failure.transient, is_transient, "{failure}");
        }
        assert!(!Failure::from(std::io::Error::other("not a number")).transient);
    }

    fn fail<E>(error: E) -> super::Result<(), E> {
        Err(error)
    }

    #[test]
    fn every_error_turns_into_a_failure_with_its_causes() {
        fn text() -> super::Result<()> {
            Ok(fail("no text".to_owned())?)
        }
        fn boxed() -> super::Result<()> {
            let number: Box<dyn Error + Send + Sync> = "x".parse::<u32>().unwrap_err().into();
            Ok(fail(number)?)
        }
        fn anyhow() -> super::Result<()> {
            let number = anyhow::Context::context("x".parse::<u32>(), "no number");
            number?;
            Ok(())
        }
        assert_eq!(text().unwrap_err().error, "no text");
        assert_eq!(boxed().unwrap_err().error, "invalid digit found in string");
        let failure = anyhow().unwrap_err();
        assert_eq!((failure.error.as_str(), failure.causes.len()), ("no number", 1));
    }

    #[test]
    fn a_result_is_given_context_a_hint_and_another_attempt() {
        let failure = "x".parse::<u32>().context("page 3").hint("write digits").retry().unwrap_err();
        assert_eq!(failure.to_string(), "page 3: invalid digit found in string");
        assert_eq!(failure.hint.as_deref(), Some("write digits"));
        assert!(failure.transient);
        let again = Err::<(), _>(failure).with_context(|| "book").unwrap_err();
        assert!(again.transient && again.hint.is_some() && again.causes.len() == 2);
    }
}
