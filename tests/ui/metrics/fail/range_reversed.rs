//! A range from the greater to the smaller number.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(range(1.0..=0.0))]
    confidence: f64,
}

fn main() {}
