//! A metric with a name that the runtime uses itself.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    words: u32,
    cost_usd: f64,
}

fn main() {}
