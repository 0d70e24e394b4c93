//! Two parameters that take the options.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[derive(clap::Args, Serialize)]
struct Counting {
    /// Counts numbers too.
    #[arg(long)]
    numbers: bool,
}

#[stage(name = "word_count", options = Counting)]
fn word_count(options: &Counting, more: &Counting) -> Result<WordCount> {
    Ok(WordCount { words: usize::from(options.numbers && more.numbers) })
}

fn main() {}
