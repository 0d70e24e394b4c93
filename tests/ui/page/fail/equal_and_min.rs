//! Two lower bounds.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(range(min = 1, equal = 2))]
    count: u32,
}

fn main() {}
