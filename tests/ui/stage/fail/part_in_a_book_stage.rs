//! A page's part, in a stage that has no page.

use std::collections::BTreeMap;

use shelf::prelude::*;

#[page]
pub struct Folio {
    pub printed: String,
}

#[page]
pub struct Folios {
    pub pages: BTreeMap<u32, Folio>,
}

impl ByPage for Folios {
    type Part = Folio;
}

#[stage(name = "folios", scope = book)]
pub fn folios() -> Result<Folios> {
    Ok(Folios { pages: BTreeMap::new() })
}

#[stage(name = "first", deps = [folios], scope = book)]
pub fn first(folios: Part<Folio>) -> Result<Folio> {
    Ok(folios.into_inner())
}

fn main() {}
