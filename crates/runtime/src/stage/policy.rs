use std::fmt;
use std::time::Duration;

use super::{Cx, Load};
use crate::failure::Failure;
use crate::page::{JsonPage, Page};

/// How a stage's failed pages are handled.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// How often one run tries a page with a transient failure; `None` for the run's default.
    pub attempts: Option<u32>,
    /// How long an `async fn`, or the worker process of an `isolated` stage, may take for a page.
    pub timeout: Option<Duration>,
    /// What happens to a page that failed permanently.
    pub on_error: OnError,
    /// How many pages may fail.
    pub max_failed: Option<MaxFailed>,
}

/// What happens to a page that failed permanently.
#[derive(Debug, Clone, Copy)]
pub enum OnError {
    /// It counts as failed.
    Fail,
    /// It is left out, which is not an error of the run.
    Skip,
    /// It becomes a copy of a dependency's output.
    Copy(Copying),
}

/// How a page becomes a copy of a dependency's output.
#[derive(Clone, Copy)]
pub struct Copying {
    /// The dependency, by the name of its parameter.
    pub parameter: &'static str,
    make: fn(&Cx, &'static str) -> Result<JsonPage, Failure>,
}

/// How many of the requested pages may fail before a stage stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxFailed {
    /// This many.
    Count(u32),
    /// This percentage of them, 0..=100.
    Percent(f64),
}

/// A page that can be converted from another if its own stage failed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from `{In}`, which `on_error = copy(…)` asks for",
    label = "not `From<{In}>`",
    note = "write `impl From<{In}> for {Self}`, or let failed pages fail: `on_error = fail`"
)]
pub trait CopyOf<In>: Sized {
    /// Makes it.
    fn copy_of(page: In) -> Self;
}

#[diagnostic::do_not_recommend]
impl<In, Out: From<In>> CopyOf<In> for Out {
    fn copy_of(page: In) -> Self {
        page.into()
    }
}

/// The functions that `#[stage]` calls, one for each option.
impl Policy {
    /// The defaults.
    pub const NEW: Self = Self { attempts: None, timeout: None, on_error: OnError::Fail, max_failed: None };

    /// `retries = 2`.
    #[must_use]
    pub const fn retries(self, retries: u32) -> Self {
        Self { attempts: Some(retries + 1), ..self }
    }

    /// `timeout = "120s"`.
    #[must_use]
    pub const fn timeout_ms(self, timeout_ms: u64) -> Self {
        Self { timeout: Some(Duration::from_millis(timeout_ms)), ..self }
    }

    /// `on_error = skip`.
    #[must_use]
    pub const fn skip_failed(self) -> Self {
        Self { on_error: OnError::Skip, ..self }
    }

    /// `on_error = copy(ocr)`, for the types of the dependency and the output.
    #[must_use]
    pub const fn copy_failed<In: Load, Out: Page + CopyOf<In>>(self, parameter: &'static str) -> Self {
        Self { on_error: OnError::Copy(Copying { parameter, make: copy::<In, Out> }), ..self }
    }

    /// `max_failed = 10`.
    #[must_use]
    pub const fn max_failed(self, pages: u32) -> Self {
        Self { max_failed: Some(MaxFailed::Count(pages)), ..self }
    }

    /// `max_failed = "2%"`.
    #[must_use]
    pub const fn max_failed_percent(self, percent: f64) -> Self {
        Self { max_failed: Some(MaxFailed::Percent(percent)), ..self }
    }

    /// Whether a page that failed can be a copy.
    #[must_use]
    pub fn copies(&self) -> bool {
        matches!(self.on_error, OnError::Copy(_))
    }
}

impl Copying {
    /// Makes a page from the dependency's output, without metrics.
    pub(crate) fn make(&self, cx: &Cx) -> Result<JsonPage, Failure> {
        (self.make)(cx, self.parameter)
    }
}

fn copy<In: Load, Out: Page + CopyOf<In>>(cx: &Cx, parameter: &'static str) -> Result<JsonPage, Failure> {
    let page = Out::copy_of(cx.load::<In>(parameter)?);
    super::returned::write(cx.row, &page, None)
}

impl MaxFailed {
    /// Whether `failed` of `asked` pages exceed the limit.
    #[must_use]
    pub fn is_exceeded(self, failed: usize, asked: usize) -> bool {
        match self {
            Self::Count(pages) => failed > pages as usize,
            Self::Percent(percent) => failed as f64 * 100.0 > percent * asked as f64,
        }
    }
}

/// As the attribute writes it.
impl fmt::Display for MaxFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(pages) => write!(f, "max_failed = {pages}"),
            Self::Percent(percent) => write!(f, "max_failed = \"{percent}%\""),
        }
    }
}

impl fmt::Debug for Copying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Copying").field(&self.parameter).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::MaxFailed;

    #[test]
    fn a_part_is_a_part_of_the_pages_asked_for() {
        assert!(!MaxFailed::Percent(2.0).is_exceeded(2, 100) && MaxFailed::Percent(2.0).is_exceeded(3, 100));
        assert!(MaxFailed::Percent(2.0).is_exceeded(1, 20));
        assert!(!MaxFailed::Count(2).is_exceeded(2, 2) && MaxFailed::Count(2).is_exceeded(3, 400));
        assert!(MaxFailed::Percent(0.0).is_exceeded(1, 400) && !MaxFailed::Percent(100.0).is_exceeded(4, 4));
        assert_eq!(MaxFailed::Percent(2.5).to_string(), "max_failed = \"2.5%\"");
    }
}
