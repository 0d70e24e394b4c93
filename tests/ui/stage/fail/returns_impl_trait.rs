//! An output that is `impl Trait`.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(page: PageNumber) -> Result<impl Serialize> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
