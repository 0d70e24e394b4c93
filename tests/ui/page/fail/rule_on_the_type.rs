//! What garde needs where it is derived.

use shelf::prelude::*;

#[page]
#[garde(allow_unvalidated)]
struct Lines {
    count: u32,
}

fn main() {}
