//! A window as an `Option`.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

use reading::{OcrPage, ocr};

#[stage(name = "word_count", deps = [ocr])]
fn word_count(ocr: Option<Window<OcrPage>>) -> Result<WordCount> {
    Ok(WordCount { words: usize::from(ocr.is_some()) })
}

fn main() {}
