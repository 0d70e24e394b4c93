//! A function that makes no page.

use shelf::prelude::*;

#[stage(name = "word_count")]
fn word_count(page: PageNumber) -> Result<()> {
    let _ = page;
    Ok(())
}

fn main() {}
