//! A type that cannot be written.

use shelf::prelude::*;

#[page]
union Lines {
    count: u32,
    height: f32,
}

fn main() {}
