//! A unit without quotes.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(unit = px)]
    words: u32,
}

fn main() {}
