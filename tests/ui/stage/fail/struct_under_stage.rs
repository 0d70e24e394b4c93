//! A struct is no stage.

use shelf::prelude::*;

#[stage(name = "word_count")]
struct Counter {
    words: usize,
}

fn main() {}
