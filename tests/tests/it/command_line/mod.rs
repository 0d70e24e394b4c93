//! What `shelf` prints, and its exit codes, on a library of its own.

mod books;
mod editing;
mod invocation;
mod provenance;
mod reading;
mod reviewing;
mod verification;

use std::sync::LazyLock;

use shelf::book::PageNumber;
use shelf_tests::{Ended, Shelf, page_of_text};

fn shelf() -> Shelf {
    Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"))
}

/// A library with a book of two blank pages and one of text.
fn with_book() -> (Shelf, tempfile::TempDir) {
    let shelf = shelf();
    let scans = tempfile::tempdir().unwrap();
    for (page, image) in (1..).filter_map(PageNumber::new).zip([&blank(), page_of_text(), &blank()]) {
        image.save(scans.path().join(format!("{}.png", page.stem()))).unwrap();
    }
    shelf.ok([
        "add".as_ref(),
        scans.path().as_os_str(),
        "--id".as_ref(),
        "book".as_ref(),
        "--title".as_ref(),
        "A Book".as_ref(),
    ]);
    (shelf, scans)
}

/// A library with that book, taken through all stages. It is read once for all tests, and none changes it.
static PROCESSED: LazyLock<(Shelf, tempfile::TempDir)> = LazyLock::new(|| {
    let (shelf, scans) = with_book();
    shelf.ok(["process", "book", "--quiet"]);
    (shelf, scans)
});

/// A copy of that library, and the folder of the book's scans.
fn with_processed_book() -> (Shelf, &'static std::path::Path) {
    let shelf = shelf();
    shelf.copy("book", &PROCESSED.0);
    (shelf, PROCESSED.1.path())
}

fn blank() -> image::GrayImage {
    image::GrayImage::from_pixel(900, 1200, image::Luma([250]))
}

fn shown(ended: &Ended) -> String {
    format!("{}{}exit {}", ended.out, ended.err, ended.code.map_or("by a signal".to_owned(), |code| code.to_string()))
}

/// Hides what differs from run to run: the time that a run took, and the lines of its progress.
fn steady(text: &str) -> String {
    let is_progress = |line: &&str| line.contains(" %  ") || line.ends_with(" %");
    let timed = |line: &str| match line.rsplit_once(", ") {
        Some((before, _)) if line.contains(" stage") && before.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{before}, TIME")
        }
        _ => line.to_owned(),
    };
    text.lines().filter(|line| !is_progress(line)).map(timed).collect::<Vec<_>>().join("\n")
}
