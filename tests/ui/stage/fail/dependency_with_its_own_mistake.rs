//! A mistake in one stage is no mistake of the stage that depends on it.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr], verison = 2)]
fn word_count(ocr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len() })
}

#[stage(name = "sum", deps = [word_count], scope = book)]
fn sum(word_count: Pages<WordCount>) -> Result<WordCount> {
    Ok(WordCount { words: word_count.len() })
}

fn main() {}
