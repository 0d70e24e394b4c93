//! An option that there is not.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(ragne(0.0..=1.0))]
    confidence: f64,
}

fn main() {}
