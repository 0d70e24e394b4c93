//! A range that excludes its upper end.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(range(0.0..1.0))]
    confidence: f64,
}

fn main() {}
