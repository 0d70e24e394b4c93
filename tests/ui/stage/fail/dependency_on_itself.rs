//! A stage that depends on itself.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count", deps = [word_count])]
fn word_count(word_count: WordCount) -> Result<WordCount> {
    Ok(word_count)
}

fn main() {}
