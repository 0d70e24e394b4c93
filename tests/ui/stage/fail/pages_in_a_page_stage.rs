//! A page stage cannot read all pages.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr])]
fn word_count(ocr: Pages<OcrPage>) -> Result<WordCount> {
    Ok(WordCount { words: ocr.len() })
}

fn main() {}
