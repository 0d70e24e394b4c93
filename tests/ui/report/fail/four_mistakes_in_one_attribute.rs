//! A wrong flag, and after it two more mistakes and another flag: all in one build.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(under = 3, above = "x", below = 2), decimals = "x", titel = "Words", flag(equals = 1))]
    words: f64,
}

fn main() {}
