//! A number that is nested.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(nested)]
    words: u32,
}

fn main() {}
