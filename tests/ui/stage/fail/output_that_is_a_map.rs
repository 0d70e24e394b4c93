//! A stage that makes a map, and measures nothing of it.

use std::collections::BTreeMap;

use shelf::prelude::*;

#[stage(name = "lines")]
fn lines(page: PageNumber) -> Result<BTreeMap<String, u32>> {
    Ok(BTreeMap::from([("top".to_owned(), page.get())]))
}

fn main() {}
