//! A range whose bound is called something else.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(range(from = 1))]
    count: u32,
}

fn main() {}
