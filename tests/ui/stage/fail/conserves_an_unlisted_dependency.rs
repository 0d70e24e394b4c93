//! A stage that is made from nothing.

#[path = "../../reading.rs"]
mod reading;

use reading::{WordCount};
use shelf::prelude::*;

#[stage(name = "word_count", conserves = ocr)]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
