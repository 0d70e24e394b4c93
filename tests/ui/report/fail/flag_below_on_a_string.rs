//! A numeric flag on a string.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(below = 20))]
    language: String,
}

fn main() {}
