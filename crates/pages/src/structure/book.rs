use shelf_runtime::page;

use super::{ContentsEntry, Element, OutlineEntry, PageAnchor};

/// A whole book in reading order: `structure/book.json`. The text itself is in `merged`.
#[page]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Structure {
    /// The pages that were read, in order.
    pub anchors: Vec<PageAnchor>,
    /// The text in reading order: headings, paragraphs, notes.
    pub elements: Vec<Element>,
    /// The headings.
    pub outline: Vec<OutlineEntry>,
    /// The entries of the printed table of contents; empty if there is none.
    pub contents: Vec<ContentsEntry>,
}

impl Structure {
    /// The element with this number.
    #[must_use]
    pub fn element(&self, id: u32) -> Option<&Element> {
        let at = self.elements.binary_search_by_key(&id, |element| element.id).ok()?;
        self.elements.get(at)
    }
}
