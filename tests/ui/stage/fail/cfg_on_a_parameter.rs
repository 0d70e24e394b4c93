//! A parameter that is there only sometimes.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(page: PageNumber, #[cfg(windows)] book: BookMetadata) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
