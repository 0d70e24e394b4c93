use super::context::Context;
use super::error::Result;
use super::numbers;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
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
pub(super) fn line(book: &ScanId, stage: &str, pages: &[PageNumber]) -> String {
    let pages = numbers::pages(pages.iter().copied());
    format!("{stage} flags {pages}: `shelf report {book} --stage {stage} --flagged`")
}
