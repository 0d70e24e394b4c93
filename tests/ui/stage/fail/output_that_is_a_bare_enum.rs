//! A stage that makes one of some words.

use shelf::prelude::*;

#[page]
enum Kind {
    Title,
    Text,
}

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<Kind> {
    Ok(if page.get() == 1 { Kind::Title } else { Kind::Text })
}

fn main() {}
