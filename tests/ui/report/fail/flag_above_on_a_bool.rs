//! A `bool` is above nothing.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(above = 0))]
    blank: bool,
}

fn main() {}
