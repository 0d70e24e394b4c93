//! A book stage's result has no neighbours.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "total", deps = [ocr], scope = book)]
fn total(ocr: Pages<OcrPage>) -> Result<WordCount> {
    Ok(WordCount { words: ocr.len() })
}

#[stage(name = "word_count", deps = [total])]
fn word_count(total: Window<WordCount>) -> Result<WordCount> {
    Ok(total.page)
}

fn main() {}
