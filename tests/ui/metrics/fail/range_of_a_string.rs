//! A range on a field that is a string.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(range(0.0..=1.0))]
    language: String,
}

fn main() {}
