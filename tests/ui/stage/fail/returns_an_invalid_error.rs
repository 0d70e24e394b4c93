//! A function whose error type is not an error.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

struct NoWords;

#[stage(name = "word_count")]
fn word_count(_page: PageNumber) -> Result<WordCount, NoWords> {
    Err(NoWords)
}

fn main() {}
