//! A flag without its number.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(below))]
    words: u32,
}

fn main() {}
