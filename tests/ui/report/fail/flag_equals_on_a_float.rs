//! A fraction is hardly ever equal to another.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(equals = "0.5"))]
    confidence: f64,
}

fn main() {}
