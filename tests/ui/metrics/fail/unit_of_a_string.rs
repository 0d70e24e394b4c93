//! A unit on a field that is a string.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(unit = "px")]
    language: String,
}

fn main() {}
