//! An order that names a field twice.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
#[report(order(words, words))]
struct Counted {
    words: u32,
    #[report(skip)]
    lines: u32,
}

fn main() {}
