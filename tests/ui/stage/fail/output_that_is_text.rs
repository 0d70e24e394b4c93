//! A stage that makes a text.

use shelf::prelude::*;

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<String> {
    Ok(format!("page {page}"))
}

fn main() {}
