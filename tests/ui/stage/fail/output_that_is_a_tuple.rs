//! A stage that makes two things, and measures.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted {
    lines: u32,
}

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<((u32, u32), Counted)> {
    Ok(((page.get(), 1), Counted { lines: 1 }))
}

fn main() {}
