//! A flag on a struct of metrics.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Size {
    width: u32,
}

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(nested)]
    #[report(flag(below = 20))]
    size: Size,
}

fn main() {}
