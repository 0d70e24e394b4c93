//! A stage whose pages are made in worker processes, with a time limit, and options that they are told.

use std::time::Duration;

use shelf::prelude::*;
use shelf::stage::{Parallelism, Stage};

use crate::reading::{OcrPage, WordCount, ocr};

/// What is counted.
#[derive(clap::Args, Serialize, Deserialize)]
pub struct Counting {
    /// Counts numbers too.
    #[arg(long, default_value_t = false)]
    pub numbers: bool,
}

/// Counts the words of every page.
#[stage(name = "word_count", deps = [ocr], parallelism = fixed(2), isolated, timeout = "2m", options = Counting)]
pub fn in_a_child(ocr: OcrPage, options: &Counting) -> Result<WordCount> {
    Ok(WordCount { words: ocr.text.len() + usize::from(options.numbers) })
}

/// Counts the words of the book.
#[stage(isolated, name = "book_count", deps = [ocr], scope = book,)]
pub fn of_the_book(ocr: Pages<OcrPage>) -> Result<WordCount> {
    Ok(WordCount { words: ocr.len() })
}

#[test]
fn the_row_says_so() {
    let row = in_a_child::ROW;
    assert_eq!((row.parallelism, row.policy.timeout), (Parallelism::Fixed(2), Some(Duration::from_mins(2))));
    assert!(row.isolated.is_some() && of_the_book::ROW.isolated.is_some() && ocr::ROW.isolated.is_none());
}
