//! A function that is being typed: the one mistake is the half-written line.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr], parallelism = cpu)]
fn word_count(ocr: OcrPage) -> Result<WordCount> {
    let words = ocr.;
    Ok(WordCount { words: 1 })
}

fn main() {}
