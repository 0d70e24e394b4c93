//! A rule that needs a function.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(custom)]
    count: u32,
}

fn main() {}
