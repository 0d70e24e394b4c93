//! A range that cannot be read, and after it a unit that is none.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(range(0.0, 1.0), unit = px)]
    #[metrics(rang(0.0..=1.0))]
    confidence: f64,
}

fn main() {}
