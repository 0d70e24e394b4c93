//! A function that does not say what is wrong.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(custom(is_odd))]
    count: u32,
}

fn is_odd(count: &u32, (): &()) -> bool {
    count % 2 == 1
}

fn main() {}
