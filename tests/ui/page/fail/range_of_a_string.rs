//! A range of a text.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(range(min = 1))]
    first: String,
}

fn main() {}
