//! Stages, metrics and options under the strictest lints; the expansion raises none of them.

#![deny(warnings, clippy::pedantic, missing_docs, unused_qualifications, non_camel_case_types)]
#![forbid(unsafe_code)]

use shelf::prelude::*;

use crate::reading::{OcrPage, ocr};

/// The words of a page, counted.
#[page]
pub struct WordCount {
    /// How many.
    #[garde(range(min = 0, max = 10_000))]
    pub words: usize,
    /// The words themselves.
    #[garde(length(max = 9), inner(length(min = 1), custom(|word: &String, (): &()| not_blank(word))))]
    pub some: Vec<String>,
    /// What kind of words.
    pub kind: Kind,
}

/// What kind of words.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Read.
    Plain,
    /// Guessed.
    Guessed {
        /// How surely, in percent.
        #[garde(range(max = 100))]
        sure: u8,
    },
}

fn not_blank(word: &str) -> std::result::Result<(), &'static str> {
    if word.trim().is_empty() { Err("is blank") } else { Ok(()) }
}

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
    let words = WordCount { words: ocr.text.len(), some: Vec::new(), kind: Kind::Plain };
    Ok((words, Counted { words: page.get(), confidence: None }))
}

/// Counts the words of every page, without waiting for anything.
#[stage(name = "strict_later", deps = [ocr], parallelism = io)]
pub async fn strict_later(ocr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len(), some: vec![ocr.text], kind: Kind::Guessed { sure: 9 } })
}
