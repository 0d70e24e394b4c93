use super::context::Context;
use super::error::Result;
use super::numbers::ranges;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::registry::Entry;
use shelf_runtime::report;

/// The pages of a book that a stage's report flags; none for a stage that runs once a book.
pub(super) fn pages(context: &Context, book: &ScanId, entry: &Entry) -> Result<Vec<PageNumber>> {
    if entry.row.book {
        return Ok(Vec::new());
    }
    Ok(report::read(&context.store, entry, book)?.flagged().rows.iter().filter_map(|row| row.page).collect())
}

/// ``ocr flags pages 3, 7: `shelf report florida --stage ocr --flagged` ``
pub(super) fn told(book: &ScanId, stage: &str, pages: &[PageNumber]) -> String {
    let noun = if pages.len() == 1 { "page" } else { "pages" };
    let numbers = ranges(pages.iter().copied());
    format!("{stage} flags {noun} {numbers}: `shelf report {book} --stage {stage} --flagged`")
}
