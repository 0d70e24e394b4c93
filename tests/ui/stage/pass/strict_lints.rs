//! Stages, metrics and options under the strictest lints; the expansion raises none of them.

#![deny(warnings, clippy::pedantic, missing_docs, unused_qualifications, non_camel_case_types)]
#![forbid(unsafe_code)]

use shelf::prelude::*;

use crate::reading::{OcrPage, WordCount, ocr};

/// What was counted.
#[derive(PageMetrics, Report)]
pub struct Counted {
    /// Words on the page.
    #[metrics(range(0..=10_000))]
    #[report(title = "Words", flag(below = 20, above = 2_000))]
    pub words: u32,
    /// How sure the reading is.
    #[report(decimals = 3, flag(below = 0.8), flag(missing))]
    pub confidence: Option<f64>,
}

/// Counts the words of every page.
#[stage(name = "strict", deps = [ocr])]
pub fn strict(ocr: OcrPage, page: PageNumber) -> Result<(WordCount, Counted)> {
    Ok((WordCount { words: ocr.text.len() }, Counted { words: page.get(), confidence: None }))
}

/// Counts the words of every page, without waiting for anything.
#[stage(name = "strict_later", deps = [ocr], parallelism = io)]
pub async fn strict_later(ocr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len() })
}
