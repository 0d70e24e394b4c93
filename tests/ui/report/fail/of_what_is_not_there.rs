//! A report of metrics that are not there.

use shelf::prelude::*;

#[derive(Report)]
#[report(of = Counted)]
struct Shown {
    words: u32,
}

fn main() {}
