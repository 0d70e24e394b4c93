//! An option that there is not, but nearly.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount};
use shelf::prelude::*;

#[stage(name = "word_count", dep = [ocr])]
fn word_count(ocr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len() })
}

fn main() {}
