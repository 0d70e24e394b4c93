//! A dependency that is a function without `#[stage]`.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount};
use shelf::prelude::*;

fn read() -> OcrPage {
    OcrPage { text: String::new() }
}

#[stage(name = "word_count", deps = [read])]
fn word_count(read: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: read.text.len() })
}

fn main() {}
