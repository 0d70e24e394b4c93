//! A function without return type.

use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(page: PageNumber) {
    drop(page);
}

fn main() {}
