//! A second struct of options.

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

#[derive(clap::Args, Serialize)]
struct Splitting {
    /// Splits words at hyphens.
    #[arg(long)]
    hyphens: bool,
}

#[stage(name = "word_count", options = Counting)]
fn word_count(counting: &Counting, splitting: &Splitting) -> Result<WordCount> {
    Ok(WordCount { words: usize::from(counting.numbers && splitting.hyphens) })
}

fn main() {}
