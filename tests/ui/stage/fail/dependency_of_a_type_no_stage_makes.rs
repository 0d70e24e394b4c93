//! A parameter whose type no stage makes.

#[path = "../../reading.rs"]
mod reading;

use reading::{WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr])]
fn word_count(ocr: String) -> Result<WordCount> {
    Ok(WordCount { words: ocr.len() })
}

fn main() {}
