//! `#[derive(Metric)]` on a struct.

use shelf::prelude::*;

#[derive(Metric)]
struct Size {
    width: u32,
}

#[derive(PageMetrics, Report)]
struct Counted {
    size: Size,
}

fn main() {}
