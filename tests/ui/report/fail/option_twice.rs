//! An option that is given twice.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(title = "Words", title = "Count")]
    words: u32,
}

fn main() {}
