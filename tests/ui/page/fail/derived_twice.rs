//! A trait that is derived by `#[page]` as well.

use shelf::prelude::*;

#[page]
#[derive(Debug, Serialize, JsonSchema)]
struct Lines {
    count: u32,
}

fn main() {}
