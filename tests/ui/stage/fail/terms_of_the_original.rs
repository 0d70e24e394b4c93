//! Options that are called as in the original tool.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count", dependencies = [])]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

#[stage(name = "again", workers = 8)]
fn again(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

#[stage(name = "reported", report_schema = WordCount)]
fn reported(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
