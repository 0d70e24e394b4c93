//! A rule that is misspelt, in a rule for items.

use shelf::prelude::*;

#[page]
struct Lines {
    #[garde(inner(lenght(min = 1)))]
    lines: Vec<String>,
}

fn main() {}
