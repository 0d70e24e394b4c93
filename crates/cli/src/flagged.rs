use super::context::Context;
use super::error::Result;
use super::numbers;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::registry::Entry;
use shelf_runtime::report;
use shelf_runtime::store::{BookPath, Store};

/// The pages of a book that a stage's report flags; none for a stage that runs once per book.
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

/// What a stage that runs once per book warned of when it made its output.
pub(super) fn warnings(context: &Context, book: &ScanId, entry: &Entry) -> Result<Vec<String>> {
    if !entry.row.book {
        return Ok(Vec::new());
    }
    let bytes = context.store.read(&BookPath::book_output(book, entry.row.name))?.unwrap_or_default();
    let record = entry.page_type.read(&bytes).ok().and_then(|found| found.record);
    Ok(record.map(|record| record.warnings).unwrap_or_default())
}
