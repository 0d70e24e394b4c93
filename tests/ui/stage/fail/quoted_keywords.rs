//! Keywords of options in quotes: each is reported, and nothing else.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count", parallelism = "cpu", scope = "book", on_error = "skip")]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
