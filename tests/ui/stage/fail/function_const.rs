//! A constant function.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count")]
const fn word_count(page: PageNumber) -> Result<WordCount> {
    let _ = page;
    Ok(WordCount { words: 0 })
}

fn main() {}
