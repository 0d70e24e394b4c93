//! An option that `#[page]` does not have.

use shelf::prelude::*;

#[page(name = "lines")]
struct Lines {
    count: u32,
}

fn main() {}
