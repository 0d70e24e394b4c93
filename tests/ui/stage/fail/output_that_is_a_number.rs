//! A stage that makes a number.

use shelf::prelude::*;

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<u32> {
    Ok(page.get())
}

fn main() {}
