//! A text is below nothing.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(below = 20))]
    language: String,
}

fn main() {}
