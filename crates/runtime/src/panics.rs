//! A panic in a stage, or in a task of a worker, fails its page, with message, location and backtrace.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, Once, PoisonError};

use crate::failure::{Cause, Failure};

/// The location of a panic, `file:line:column`, and its backtrace.
type Place = (String, String);

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static HERE: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// The last panic of any other thread, since work may panic in a thread that it started.
static ELSEWHERE: Mutex<Option<Place>> = Mutex::new(None);

/// Runs `work`; a panic in it becomes a failure.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    note_places();
    WATCHED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    WATCHED.set(false);
    result.unwrap_or_else(|payload| {
        let message = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("without a message");
        let elsewhere = || ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (place, backtrace) = HERE.take().or_else(elsewhere).unzip();
        let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
        let mut failure = Failure::of(Cause::Panic, format!("panicked{place}: {message}"))
            .hint("this is a mistake in the stage; the backtrace is in the page's failure record");
        failure.backtrace = backtrace;
        Err(failure)
    })
}

/// Records panics of watched threads. Panics of other threads are also reported as before.
fn note_places() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
            let place = Some((place, Backtrace::force_capture().to_string()));
            if WATCHED.get() {
                HERE.set(place);
            } else {
                others(info);
                *ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner) = place;
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::caught;

    #[test]
    fn a_panic_is_a_failure_with_its_place() {
        let failure = caught::<()>(|| panic!("no page {}", 7)).unwrap_err();
        assert!(failure.error.ends_with(": no page 7") && failure.error.contains("panics.rs:"), "{failure}");
        assert!(failure.backtrace.is_some());
    }

    #[test]
    fn a_panic_in_a_thread_of_its_own_has_its_place_too() {
        let work = || {
            let inner = std::thread::spawn(|| panic!("deep"));
            inner.join().map_err(|payload| std::panic::resume_unwind(payload))
        };
        let failure = caught(work).unwrap_err();
        assert!(failure.error.contains("panics.rs:") && failure.error.ends_with(": deep"), "{failure}");
    }
}
