//! An attribute that belongs to a type.

use shelf::prelude::*;

#[page]
fn lines(page: PageNumber) -> u32 {
    page.get()
}

fn main() {}
