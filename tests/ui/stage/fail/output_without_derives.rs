//! An output that cannot be written, read, described or checked.

use shelf::prelude::*;

struct Lines {
    count: usize,
}

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<Lines> {
    Ok(Lines { count: page.get() as usize })
}

fn main() {}
