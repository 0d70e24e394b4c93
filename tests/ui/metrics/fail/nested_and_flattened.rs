//! A field that is nested and flattened.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Size {
    width: u32,
}

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(nested, flatten)]
    size: Size,
}

fn main() {}
