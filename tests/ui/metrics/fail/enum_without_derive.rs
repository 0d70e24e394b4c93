//! An enum as a metric, without its derive.

use shelf::prelude::*;

enum Numerals {
    Roman,
}

#[derive(PageMetrics, Report)]
struct Counted {
    numerals: Numerals,
}

fn main() {}
