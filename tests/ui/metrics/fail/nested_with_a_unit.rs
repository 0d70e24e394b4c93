//! A unit on a struct of metrics.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Size {
    width: u32,
}

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(nested, unit = "px")]
    size: Size,
}

fn main() {}
