//! A parameter of a type that is neither a dependency nor offered.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(page: u32) -> Result<WordCount> {
    Ok(WordCount { words: page as usize })
}

fn main() {}
