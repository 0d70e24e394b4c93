//! A column that is a whole struct of metrics.

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
    size: Size,
}

fn main() {}
