//! A panic of a task, as a failure of its page.

use std::backtrace::Backtrace;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use crate::stage::{Cause, Failure};

/// Where the last panic of this process was: `file:line:column`, and how it got there. Tasks run one at a time, and their panic may
/// come from a thread that they started.
static LAST: Mutex<Option<(String, String)>> = Mutex::new(None);

/// Notes from now on where panics happen; what was told of them before is told still.
pub(super) fn note_places() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        tell(info);
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some((place, Backtrace::force_capture().to_string()));
    }));
}

/// Runs the task `name`; its panic is a failure.
pub(super) fn catch(name: &str, run: impl FnOnce() -> Result<Vec<u8>, Failure>) -> Result<Vec<u8>, Failure> {
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        let message = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("with a value that is no message");
        let (place, backtrace) = LAST.lock().unwrap_or_else(PoisonError::into_inner).take().unzip();
        let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
        Err(Failure { backtrace, ..Failure::of(Cause::Panic, format!("`{name}` panicked{place}: {message}")) })
    })
}
