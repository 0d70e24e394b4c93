//! A stage to depend on, and a page to make, for the cases in these folders.

use shelf::prelude::*;

/// The text of a page.
#[page]
pub struct OcrPage {
    /// As it was read.
    pub text: String,
}

/// The words of a page, counted.
#[page]
pub struct WordCount {
    /// How many.
    pub words: usize,
}

/// Reads every page.
#[stage(name = "reading", parallelism = cpu)]
pub fn ocr(page: PageNumber) -> Result<OcrPage> {
    Ok(OcrPage { text: format!("page {page}") })
}
