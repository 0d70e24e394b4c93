//! A stage that makes a list under another name.

use shelf::prelude::*;

#[page]
struct Line {
    top: u32,
}

type Lines = Vec<Line>;

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<Lines> {
    Ok(vec![Line { top: page.get() }])
}

fn main() {}
