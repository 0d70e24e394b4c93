//! A function that cannot fail.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(page: PageNumber) -> WordCount {
    WordCount { words: page.get() as usize }
}

fn main() {}
