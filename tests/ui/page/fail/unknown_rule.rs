//! A rule of garde that `#[page]` does not know.

use shelf::prelude::*;

#[page]
struct Author {
    #[garde(email)]
    address: String,
}

fn main() {}
