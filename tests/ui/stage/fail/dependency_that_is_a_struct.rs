//! A dependency that is a type, but no stage.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [OcrPage])]
fn word_count(OcrPage: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: OcrPage.text.len() })
}

fn main() {}
