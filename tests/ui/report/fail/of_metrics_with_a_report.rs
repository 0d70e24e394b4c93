//! A second report of the same metrics.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    words: u32,
}

#[derive(Report)]
#[report(of = Counted)]
struct Shown {
    words: u32,
}

fn main() {}
