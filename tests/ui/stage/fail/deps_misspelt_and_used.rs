//! A misspelt list of dependencies: its parameter and what refers to it are no mistakes.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", dep = [ocr], on_error = skip, conserves = ocr)]
fn word_count(ocr: Window<OcrPage>) -> Result<WordCount> {
    Ok(WordCount { words: ocr.page.text.len() })
}

fn main() {}
