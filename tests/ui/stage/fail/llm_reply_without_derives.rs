//! A reply that nobody can describe to the model, nor check.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[derive(Deserialize)]
struct Guess {
    words: usize,
}

#[stage(name = "word_count", parallelism = llm)]
async fn word_count(llm: Llm) -> Result<WordCount> {
    let guess: Guess = llm.ask().user("How many words?").reply().await?;
    Ok(WordCount { words: guess.words })
}

fn main() {}
