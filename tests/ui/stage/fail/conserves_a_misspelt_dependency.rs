//! A name beside that of a dependency.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr], conserves = orc)]
fn word_count(ocr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len() })
}

fn main() {}
