//! A panic in a stage fails its page, with message, place and backtrace.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::stage::{Cause, Failure};

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Runs `work`; a panic in it becomes a failure.
pub(super) fn caught<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
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
        let (place, backtrace) = PLACE.take().unwrap_or_default();
        let mut failure = Failure::of(Cause::Panic, format!("panicked at {place}: {message}"))
            .hint("this is a mistake in the stage; the backtrace is in the page's failure record");
        failure.backtrace = Some(backtrace);
        Err(failure)
    })
}

/// Notes where a watched thread panics, and leaves all other panics to the hook that was there.
fn note_places() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if WATCHED.get() {
                let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
                PLACE.set(Some((place, Backtrace::force_capture().to_string())));
            } else {
                others(info);
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
}
