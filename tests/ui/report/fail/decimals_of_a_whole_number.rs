//! Decimals of a number without.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(decimals = 3)]
    words: u32,
}

fn main() {}
