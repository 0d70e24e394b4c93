//! A stage that makes a struct without names.

use shelf::prelude::*;

#[page]
struct Top(u32);

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<Top> {
    Ok(Top(page.get()))
}

fn main() {}
