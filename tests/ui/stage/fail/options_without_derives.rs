//! Options that are no `clap::Args`.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[derive(Serialize)]
struct Counting {
    numbers: bool,
}

#[stage(name = "word_count", options = Counting)]
fn word_count(options: &Counting) -> Result<WordCount> {
    Ok(WordCount { words: usize::from(options.numbers) })
}

fn main() {}
