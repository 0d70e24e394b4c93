use super::numbers;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;

/// ``ocr flags pages 3, 7: `shelf report florida --stage ocr --flagged` ``
pub(super) fn line(book: &ScanId, stage: &str, pages: &[PageNumber]) -> String {
    let pages = numbers::pages(pages.iter().copied());
    format!("{stage} flags {pages}: `shelf report {book} --stage {stage} --flagged`")
}
