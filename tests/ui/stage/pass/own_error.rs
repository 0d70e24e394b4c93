//! A stage whose error is an enum of its own, and that uses `?` on others.

use std::num::ParseIntError;

use shelf::prelude::*;

use crate::reading::{OcrPage, WordCount, ocr};

/// Why a page has no number.
#[derive(Debug)]
pub enum NoNumber {
    /// Nothing on it.
    Blank,
    /// Something else on it.
    Text(ParseIntError),
}

impl std::fmt::Display for NoNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the page has no number")
    }
}

impl std::error::Error for NoNumber {}

impl From<ParseIntError> for NoNumber {
    fn from(error: ParseIntError) -> Self {
        Self::Text(error)
    }
}

/// Reads the number of every page.
#[stage(name = "number", deps = [ocr])]
pub fn number(ocr: OcrPage) -> Result<WordCount, NoNumber> {
    let text = ocr.text.split_whitespace().next().ok_or(NoNumber::Blank)?;
    Ok(WordCount { words: text.parse()? })
}

/// Reads the number of every page, with errors of the standard library.
#[stage(name = "number_again", deps = [ocr])]
pub fn number_again(ocr: OcrPage) -> std::result::Result<WordCount, ParseIntError> {
    Ok(WordCount { words: ocr.text.parse()? })
}

/// Reads the number of every page, and says why it could not.
#[stage(name = "number_with_reason", deps = [ocr])]
pub fn number_with_reason(ocr: OcrPage) -> shelf::stage::Result<WordCount> {
    let words = ocr.text.parse().map_err(|error| Failure::new(error).hint("read it again"))?;
    Ok(WordCount { words })
}
