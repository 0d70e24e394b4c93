//! The testing kit says what is wrong, at the line of the test.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

use shelf::prelude::*;
use shelf::testing::TestBook;

/// A page's number.
#[page]
#[derive(Debug)]
pub struct Turned {
    /// The scan's number.
    #[garde(range(min = 1))]
    pub page_number: u32,
}

/// Fails on page 2.
#[stage(name = "turned")]
pub fn turned(page: PageNumber) -> Result<Turned> {
    match page.get() {
        2 => Err(Failure::new("the page is upside down").context("cannot turn it").hint("turn the scan")),
        page_number => Ok(Turned { page_number }),
    }
}

mod twice {
    use super::*;

    /// Has the name of another stage.
    #[stage(name = "turned")]
    pub(super) fn turned_again(page: PageNumber) -> Result<Turned> {
        Ok(Turned { page_number: page.get() })
    }
}

/// Depends on two stages of one name.
#[stage(name = "both", deps = [turned, other = twice::turned_again])]
pub fn both(turned: Turned, other: Turned) -> Result<Turned> {
    Ok(Turned { page_number: turned.page_number.max(other.page_number) })
}

thread_local! {
    static PANIC: RefCell<Option<(String, String, u32)>> = const { RefCell::new(None) };
}

/// The message of a panic, with the file and line that it names.
fn panic_of(run: impl FnOnce() + std::panic::UnwindSafe) -> (String, String, u32) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            let message = info.payload_as_str().unwrap_or_default().to_owned();
            let at = info.location().expect("a panic has a location");
            PANIC.set(Some((message, at.file().to_owned(), at.line())));
            earlier(info);
        }));
    });
    catch_unwind(run).expect_err("it panics");
    PANIC.take().expect("the hook was called")
}

#[test]
fn page_that_failed_says_why_at_the_line_of_the_test() {
    let book = AssertUnwindSafe(TestBook::of_pages(2));
    book.run::<turned>();
    let here = std::line!();
    let (message, file, line) = panic_of(|| drop(book.page::<turned>(2)));
    assert_eq!(message, "turned page 2 failed: cannot turn it: the page is upside down\nhint: turn the scan");
    assert!(file.ends_with("testing_kit.rs") && line == here + 1, "{file}:{line}");

    let missing = panic_of(|| drop(book.page::<turned>(3))).0;
    assert_eq!(missing, "page 3 is out of range (the book has 2)");
    book.write("turned/page_0001.json", b"{ \"page_number\": 0 }");
    let invalid = panic_of(|| drop(book.page::<turned>(1))).0;
    assert!(invalid.starts_with("book/turned/page_0001.json does not match its schema: page_number is 0"), "{invalid}");
}

#[test]
fn registry_errors_are_sentences() {
    let book = AssertUnwindSafe(TestBook::of_pages(1));
    let here = std::line!();
    let (message, file, line) = panic_of(|| drop(book.run::<both>()));
    assert!(message.starts_with("two stages are named `turned`: in tests/tests/it/testing_kit.rs:"), "{message}");
    assert!(message.ends_with("hint: rename one of them: `#[stage(name = \"…\")]`"), "{message}");
    assert!(file.ends_with("testing_kit.rs") && line == here + 1, "{file}:{line}");
}
