//! A field that is a struct without `#[metrics(nested)]`.

use shelf::prelude::*;

struct Size {
    width: u32,
}

#[derive(PageMetrics, Report)]
struct Counted {
    words: u32,
    size: Size,
}

fn main() {}
