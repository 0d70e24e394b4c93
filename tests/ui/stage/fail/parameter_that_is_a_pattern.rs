//! A parameter that is taken apart where it is declared.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr])]
fn word_count(ocr: OcrPage, (a, b): (PageNumber, PageNumber)) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len() + (a.get() + b.get()) as usize })
}

fn main() {}
