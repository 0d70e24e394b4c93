//! Two types that do not list their paragraphs.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr], conserves = ocr)]
fn word_count(ocr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len() })
}

fn main() {}
