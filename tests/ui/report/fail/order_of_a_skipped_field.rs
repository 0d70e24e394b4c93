//! An order with a field that is no column.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
#[report(order(lines, words))]
struct Counted {
    words: u32,
    #[report(skip)]
    lines: u32,
}

fn main() {}
