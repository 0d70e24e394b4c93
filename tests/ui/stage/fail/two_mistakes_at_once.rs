//! Two mistakes in the attribute and two in the function, all in one build.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "Word Count", dep = [ocr], parallelism = cpu)]
async fn word_count(ocr: OcrPage) -> WordCount {
    WordCount { words: ocr.text.len() }
}

fn main() {}
