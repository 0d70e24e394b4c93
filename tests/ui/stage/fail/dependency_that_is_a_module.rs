//! The module of a stage in place of the stage in it: rustc names `ocr::ocr`.

mod stages {
    #[path = "../../../reading.rs"]
    pub mod ocr;
}

use shelf::prelude::*;
use stages::ocr;
use stages::ocr::{OcrPage, WordCount};

#[stage(name = "word_count", deps = [ocr])]
fn word_count(ocr: OcrPage) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len() })
}

fn main() {}
