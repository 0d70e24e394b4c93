//! A metric of another struct, but of which?

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(field = size.width)]
    width: u32,
}

fn main() {}
