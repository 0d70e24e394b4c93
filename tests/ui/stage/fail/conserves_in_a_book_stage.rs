//! A book stage makes no page.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr], scope = book, conserves = ocr)]
fn word_count(ocr: Pages<OcrPage>) -> Result<WordCount> {
    Ok(WordCount { words: ocr.len() })
}

fn main() {}
