//! A part of an output that has no parts.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

/// Counts the words of a book.
#[stage(name = "total", scope = book)]
pub fn total() -> Result<WordCount> {
    Ok(WordCount { words: 0 })
}

/// Takes a part of a number.
#[stage(name = "share", deps = [total])]
pub fn share(total: Part<WordCount>) -> Result<WordCount> {
    Ok(WordCount { words: total.words })
}

fn main() {}
