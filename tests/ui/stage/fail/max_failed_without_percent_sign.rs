//! A share without a percent sign.

#[path = "../../reading.rs"]
mod reading;

use reading::{WordCount};
use shelf::prelude::*;

#[stage(name = "word_count", max_failed = 0.02)]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
