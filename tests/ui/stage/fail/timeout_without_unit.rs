//! A hundred and twenty of what?

#[path = "../../reading.rs"]
mod reading;

use reading::{WordCount};
use shelf::prelude::*;

#[stage(name = "word_count", timeout = 120)]
async fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
