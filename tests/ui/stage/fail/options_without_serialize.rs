//! Options that are `clap::Args`, but do not serialise.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[derive(clap::Args)]
struct Counting {
    /// Counts numbers too.
    #[arg(long)]
    numbers: bool,
}

#[stage(name = "word_count", options = Counting)]
fn word_count(options: &Counting) -> Result<WordCount> {
    Ok(WordCount { words: usize::from(options.numbers) })
}

fn main() {}
