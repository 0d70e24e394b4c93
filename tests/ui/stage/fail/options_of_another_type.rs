//! Options of another type than the attribute says.

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
fn word_count(options: &String) -> Result<WordCount> {
    Ok(WordCount { words: options.len() })
}

fn main() {}
