//! An enum whose variants have fields, as a metric.

use shelf::prelude::*;

#[derive(Metric)]
enum Numerals {
    Roman(u32),
    Arabic,
}

#[derive(PageMetrics, Report)]
struct Counted {
    numerals: Numerals,
}

fn main() {}
