//! A version that is a text.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count", version = "1.2")]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
