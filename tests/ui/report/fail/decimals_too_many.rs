//! More decimals than there are.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(decimals = 1000)]
    confidence: f64,
}

fn main() {}
