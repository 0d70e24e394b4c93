//! A word beside one that there is.

#[path = "../../reading.rs"]
mod reading;

use reading::{WordCount};
use shelf::prelude::*;

#[stage(name = "word_count", on_error = skp)]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
