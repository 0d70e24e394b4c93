//! A function that makes more than a page and its metrics.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(page: PageNumber) -> Result<(WordCount, u32, u32)> {
    Ok((WordCount { words: 0 }, page.get(), page.get()))
}

fn main() {}
