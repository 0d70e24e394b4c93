//! A unit of nothing.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(unit = "")]
    words: u32,
}

fn main() {}
