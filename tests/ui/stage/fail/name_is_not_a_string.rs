//! A name that is a number.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = 5)]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
