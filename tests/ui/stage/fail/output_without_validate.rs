//! An output that lacks one derive.

use shelf::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Lines {
    count: usize,
}

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<Lines> {
    Ok(Lines { count: page.get() as usize })
}

fn main() {}
