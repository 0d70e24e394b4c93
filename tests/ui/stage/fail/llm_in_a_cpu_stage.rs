//! A language model where the work keeps a core busy.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "word_count", parallelism = cpu)]
fn word_count(llm: Llm) -> Result<WordCount> {
    Ok(WordCount { words: llm.models().len() })
}

fn main() {}
