//! A timeout without a unit, on a stage that cannot be stopped: two mistakes in one word.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count", timeout = "5 parsecs")]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
