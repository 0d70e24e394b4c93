//! A hook says whether it succeeded.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count", before = check)]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn check(run: &StageRun) {
    assert!(!run.pages.is_empty());
}

fn main() {}
