//! A range whose ends are not numbers.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(range("low"..="high"))]
    confidence: f64,
}

fn main() {}
