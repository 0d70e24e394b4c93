//! A rule that is there only sometimes.

use shelf::prelude::*;

#[page]
struct Lines {
    #[cfg_attr(not(test), garde(range(min = 1)))]
    count: u32,
}

fn main() {}
