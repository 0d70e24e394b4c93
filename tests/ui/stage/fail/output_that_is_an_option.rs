//! A stage that makes a page, or none.

use shelf::prelude::*;

#[page]
struct Line {
    top: u32,
}

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<Option<Line>> {
    Ok(Some(Line { top: page.get() }))
}

fn main() {}
