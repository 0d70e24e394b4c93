//! Metrics of any type.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted<T> {
    words: T,
}

fn main() {}
