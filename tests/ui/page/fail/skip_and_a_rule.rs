//! A field that is checked and not checked.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(skip, range(min = 1))]
    count: u32,
}

fn main() {}
