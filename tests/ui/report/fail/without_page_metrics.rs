//! A report of metrics that are none.

use shelf::prelude::*;

#[derive(Report)]
struct Counted {
    words: u32,
}

fn main() {}
