//! An attribute that says nothing.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics]
    confidence: f64,
}

fn main() {}
