//! A report of metrics that do not exist.

use shelf::prelude::*;

#[derive(Report)]
#[report(of = Counted)]
struct Shown {
    words: u32,
}

fn main() {}
