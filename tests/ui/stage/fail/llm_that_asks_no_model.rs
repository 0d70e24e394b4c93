//! A stage on the pool of models that takes none.

#[path = "../../reading.rs"]
mod reading;

use reading::{OcrPage, WordCount, ocr};
use shelf::prelude::*;

#[stage(name = "word_count", deps = [ocr], parallelism = llm)]
async fn word_count(ocr: OcrPage, languages: Languages) -> Result<WordCount> {
    drop(languages);
    Ok(WordCount { words: ocr.text.len() })
}

fn main() {}
