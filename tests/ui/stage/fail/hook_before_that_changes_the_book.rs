//! Only `after` may change the metadata.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count", before = check)]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn check(run: &mut StageRun) -> Result<()> {
    run.metadata.title = None;
    Ok(())
}

fn main() {}
