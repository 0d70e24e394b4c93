//! Options that no parameter takes.

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
fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
