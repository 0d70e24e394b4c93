//! A field whose type has no rules.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(dive)]
    count: u32,
}

fn main() {}
