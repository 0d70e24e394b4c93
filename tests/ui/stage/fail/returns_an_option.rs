//! A function that returns an `Option`.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(page: PageNumber) -> Option<WordCount> {
    Some(WordCount { words: page.get() as usize })
}

fn main() {}
