//! A book stage has no page whose neighbours it could take.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr], scope = book)]
fn word_count(ocr: Window<OcrPage>) -> Result<WordCount> {
    Ok(WordCount { words: ocr.page.text.len() })
}

fn main() {}
