//! A parameter whose type is not what its dependency makes.

#[path = "../../reading.rs"]
mod reading;

use reading::{WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr])]
fn word_count(ocr: WordCount) -> Result<WordCount> {
    Ok(ocr)
}

fn main() {}
