//! An option that is unlike any: what may refer to it is no mistake, and what has nothing to do with it is one.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount};
use shelf::prelude::*;

#[stage(nam_of_it = "word_count", made_from = [ocr], timeout = "5s", retries = "x", version = 0)]
fn word_count(ocr: Window<OcrPage>) -> Result<WordCount> {
    Ok(WordCount { words: ocr.page.text.len() })
}

fn main() {}
