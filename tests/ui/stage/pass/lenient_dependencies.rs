//! A dependency that the body does not use, and one that a page can do without.

use shelf::prelude::*;
use shelf::stage::Stage as _;

use crate::reading::{OcrPage, WordCount, ocr};

/// Waits for a page that it does not read.
#[stage(name = "after_ocr", deps = [ocr])]
pub fn after_ocr(page: PageNumber, _ocr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

/// Is made without a page, too.
#[stage(name = "blank", deps = [ocr])]
pub fn blank(ocr: Option<OcrPage>, metadata: &BookMetadata) -> Result<WordCount> {
    Ok(WordCount { words: usize::from(ocr.is_none()) + metadata.language.len() })
}

#[test]
fn rows_say_which_dependency_is_optional() {
    assert_eq!((after_ocr::ROW.deps[0].is_optional, after_ocr::ROW.deps[0].parameter), (false, "ocr"));
    assert!(blank::ROW.deps[0].is_optional);
}
