//! A parameter that no stage can take.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(title: &str) -> Result<WordCount> {
    Ok(WordCount { words: title.len() })
}

fn main() {}
