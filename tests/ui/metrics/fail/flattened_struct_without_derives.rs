//! A struct that is flattened, and has no derives.

use shelf::prelude::*;

struct Size {
    width: u32,
}

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(flatten)]
    size: Size,
}

fn main() {}
