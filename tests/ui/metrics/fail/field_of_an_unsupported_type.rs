//! A field that is a list.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    words: Vec<u32>,
}

fn main() {}
