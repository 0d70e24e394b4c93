//! A flag on a variant that the enum does not have.

use shelf::prelude::*;

#[derive(Metric)]
enum Numerals {
    Roman,
    Arabic,
}

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(equals = "Roman"))]
    numerals: Numerals,
}

fn main() {}
