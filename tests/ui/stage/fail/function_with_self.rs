//! A method.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

struct Counter;

impl Counter {
    #[stage(name = "word_count")]
    fn word_count(&self, page: PageNumber) -> Result<WordCount> {
        Ok(WordCount { words: page.get() as usize })
    }
}

fn main() {}
