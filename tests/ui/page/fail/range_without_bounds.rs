//! A range without an end.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(range())]
    count: u32,
}

fn main() {}
