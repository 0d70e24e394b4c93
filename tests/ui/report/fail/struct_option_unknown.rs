//! An option of the struct that there is not.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
#[report(columns(words))]
struct Counted {
    words: u32,
    #[report(skip)]
    lines: u32,
}

fn main() {}
