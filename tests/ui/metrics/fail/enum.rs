//! Metrics that are an enum.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
enum Counted {
    Words,
    Lines,
}

fn main() {}
