//! A hook that takes something else.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count", after = check)]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn check(pages: &[PageNumber]) -> Result<()> {
    pages.first().map(drop).ok_or_else(|| Failure::new("no page"))
}

fn main() {}
