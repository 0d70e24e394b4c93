//! Two fields with a mistake each, in one build.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(skipp)]
    words: u32,
    #[report(flag(bellow = 20))]
    lines: u32,
}

fn main() {}
