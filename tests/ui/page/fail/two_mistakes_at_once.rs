//! Two mistakes in one type.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(range(min = 1), odd)]
    count: u32,
    #[garde]
    first: String,
}

fn main() {}
