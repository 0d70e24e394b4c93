//! Of which of the pages?

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr], on_error = copy(ocr))]
fn word_count(ocr: Window<OcrPage>) -> Result<WordCount> {
    Ok(WordCount { words: ocr.page.text.len() })
}

fn main() {}
