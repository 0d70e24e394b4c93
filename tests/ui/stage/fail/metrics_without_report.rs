//! Metrics that say no columns.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[derive(PageMetrics)]
struct Counted {
    words: usize,
}

#[stage(name = "word_count")]
fn word_count(page: PageNumber) -> Result<(WordCount, Counted)> {
    Ok((WordCount { words: 0 }, Counted { words: page.get() as usize }))
}

fn main() {}
