//! A flag that never holds.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(missing))]
    words: u32,
}

fn main() {}
