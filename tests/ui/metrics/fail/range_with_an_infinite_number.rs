//! A range that ends where no number is.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(range(0..=1e400))]
    confidence: f64,
}

fn main() {}
