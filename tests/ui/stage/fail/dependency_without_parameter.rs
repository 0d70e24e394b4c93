//! A dependency that no parameter is named after.

#[path = "../../reading.rs"]
mod reading;

use reading::{WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr])]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
