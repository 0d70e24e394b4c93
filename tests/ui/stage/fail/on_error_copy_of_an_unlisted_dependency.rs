//! A dependency beside one that there is.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr], on_error = copy(ocrs))]
fn word_count(ocr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len() })
}

fn main() {}
