//! A comma that is missing between two flags, and decimals that are no whole number.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(below = 3 above = 4), decimals = 2.5)]
    words: f64,
}

fn main() {}
