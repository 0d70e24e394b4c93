//! A parameter whose type is `impl Trait`.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(page: impl Into<u32>) -> Result<WordCount> {
    Ok(WordCount { words: page.into() as usize })
}

fn main() {}
