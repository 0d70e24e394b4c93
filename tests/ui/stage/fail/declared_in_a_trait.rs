//! A stage in a trait.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

trait Counting {
    #[stage(name = "word_count")]
    fn word_count(page: PageNumber) -> Result<WordCount>;
}

fn main() {}
