//! A flag whose bound is not a number.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(below = "few"))]
    words: u32,
}

fn main() {}
