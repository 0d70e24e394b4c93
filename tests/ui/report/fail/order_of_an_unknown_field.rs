//! An order with a slip of the finger.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
#[report(order(wrods))]
struct Counted {
    words: u32,
    #[report(skip)]
    lines: u32,
}

fn main() {}
