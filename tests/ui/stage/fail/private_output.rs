//! A public stage whose output is private.

use shelf::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Validate)]
struct WordCount {
    #[garde(skip)]
    words: usize,
}

#[allow(private_interfaces)]
#[stage(name = "word_count")]
pub fn word_count(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

fn main() {}
