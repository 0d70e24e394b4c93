//! A book stage has no page number, whatever its type is called.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

type Folio = PageNumber;

#[stage(name = "word_count", scope = book)]
fn word_count(page: Folio) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
