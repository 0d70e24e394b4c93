//! A build without the feature `tesseract`.

use shelf::testing::{TestBook, TestScan};
use stages::ocr::ocr;

#[test]
fn ocr_fails_with_a_hint_how_to_get_an_engine() {
    let book = TestBook::of_pages(1).scans([TestScan::new(300, 400).dpi(100.0)]);
    book.run::<ocr>();
    let failure = book.failure::<ocr>(1).unwrap().failure;
    assert_eq!(failure.error, "this build of shelf has no OCR engine");
    assert!(failure.hint.unwrap().contains("`tesseract`"));
}
