//! A hook that is nowhere.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count", before = chekc)]
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

pub fn check(_: &StageRun) -> Result<()> {
    Ok(())
}

fn main() {}
