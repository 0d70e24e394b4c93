//! A parameter of a page type whose stage is not in `deps`.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount};
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(ocr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len() })
}

fn main() {}
