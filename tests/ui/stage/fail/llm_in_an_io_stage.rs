//! A language model in a stage that waits for something else, and by another name.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

type Model = Llm;

#[stage(name = "word_count")]
async fn word_count(model: Model) -> Result<WordCount> {
    Ok(WordCount { words: model.models().len() })
}

fn main() {}
