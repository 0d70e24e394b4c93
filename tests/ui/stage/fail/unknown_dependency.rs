//! A dependency that is nowhere, but nearly.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [reading::ocrr])]
fn word_count(ocrr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: ocrr.text.len() })
}

fn main() {}
