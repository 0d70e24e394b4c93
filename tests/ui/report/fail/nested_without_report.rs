//! A struct of metrics that says no columns.

use shelf::prelude::*;

#[derive(PageMetrics)]
struct Size {
    width: u32,
}

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(nested)]
    size: Size,
}

fn main() {}
