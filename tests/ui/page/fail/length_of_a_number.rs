//! The length of a number.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(length(max = 9))]
    count: u32,
}

fn main() {}
