//! A column without header.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(title = "")]
    words: u32,
}

fn main() {}
