//! A column that is optional in the metrics only.

use shelf::prelude::*;

#[derive(PageMetrics)]
struct Size {
    width: u32,
}

#[derive(PageMetrics)]
struct Counted {
    words: u32,
    confidence: Option<f64>,
    #[metrics(nested)]
    size: Size,
}

#[derive(Report)]
#[report(of = Counted)]
struct Shown {
    confidence: f64,
}

fn main() {}
