//! `Window` of no dependency.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount};
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(pages: Window<OcrPage>) -> Result<WordCount> {
    Ok(WordCount { words: pages.page.text.len() })
}

fn main() {}
