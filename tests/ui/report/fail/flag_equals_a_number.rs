//! A flag whose text is a number.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(equals = 3))]
    words: u32,
}

fn main() {}
