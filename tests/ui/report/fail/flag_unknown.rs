//! A flag that there is not.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(bellow = 20))]
    words: u32,
}

fn main() {}
