//! Two mistakes in the attribute and two in the function, all in one build.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "Word Count", dep = [ocr], parallelism = cpu)]
async fn word_count(page: PageNumber) -> WordCount {
    WordCount { words: page.get() as usize }
}

fn main() {}
