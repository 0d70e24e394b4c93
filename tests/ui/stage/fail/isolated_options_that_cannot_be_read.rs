//! What the command line says is told to the worker process as well.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[derive(clap::Args, Serialize)]
struct Counting {
    /// Counts numbers too.
    numbers: bool,
}

#[stage(name = "word_count", isolated, options = Counting)]
fn word_count(options: &Counting) -> Result<WordCount> {
    Ok(WordCount { words: options.numbers.into() })
}

fn main() {}
