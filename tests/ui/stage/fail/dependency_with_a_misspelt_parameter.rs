//! A parameter whose name is nearly that of its dependency.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr])]
fn word_count(orc: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: orc.text.len() })
}

fn main() {}
