//! The path to a nested metric in quotes.

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
    #[report(field = "size.width")]
    width: u32,
}

fn main() {}
