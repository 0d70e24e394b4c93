//! A stage to depend on, and a page to make, for the cases in these folders.

use shelf::prelude::*;

/// The text of a page.
#[derive(Serialize, Deserialize, JsonSchema, Validate)]
pub struct OcrPage {
    /// As it was read.
    #[garde(skip)]
    pub text: String,
}

/// The words of a page, counted.
#[derive(Serialize, Deserialize, JsonSchema, Validate)]
pub struct WordCount {
    /// How many.
    #[garde(skip)]
    pub words: usize,
}

/// Reads every page.
#[stage(name = "reading", parallelism = cpu)]
pub fn ocr(page: PageNumber) -> Result<OcrPage> {
    Ok(OcrPage { text: format!("page {page}") })
}
