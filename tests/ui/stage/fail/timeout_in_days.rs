//! A timeout in days, which is not a known unit.

#[path = "../../reading.rs"]
mod reading;

use reading::{WordCount};
use shelf::prelude::*;

#[stage(name = "word_count", timeout = "2 days")]
async fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
