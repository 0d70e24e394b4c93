//! A stage that makes a list.

use shelf::prelude::*;

#[page]
struct Line {
    top: u32,
}

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<Vec<Line>> {
    Ok(vec![Line { top: page.get() }])
}

fn main() {}
