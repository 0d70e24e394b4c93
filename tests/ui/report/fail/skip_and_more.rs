//! A column that is skipped and described.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(skip, title = "Words")]
    words: u32,
}

fn main() {}
