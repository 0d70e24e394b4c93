//! An `async fn` whose future is not `Send`.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

use std::rc::Rc;

#[stage(name = "word_count", parallelism = io)]
async fn word_count(page: PageNumber) -> Result<WordCount> {
    let words = Rc::new(page.get() as usize);
    std::future::ready(()).await;
    Ok(WordCount { words: *words })
}

fn main() {}
