//! An option that there is not.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(skipp)]
    words: u32,
}

fn main() {}
