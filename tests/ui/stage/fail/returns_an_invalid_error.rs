//! A function whose error type is not an error.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(page: PageNumber) -> Result<WordCount, String> {
    Err(format!("page {page} has no words"))
}

fn main() {}
