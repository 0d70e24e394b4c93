//! `confined` is for worker processes.

use shelf::prelude::*;

/// A page.
#[page]
pub struct Ink {
    /// Drops.
    pub drops: u32,
}

/// Counts drops.
#[stage(name = "ink", confined = false)]
fn ink(page: PageNumber) -> Result<Ink> {
    Ok(Ink { drops: page.get() })
}

fn main() {}
