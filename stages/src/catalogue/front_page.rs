use crate::labels::is_unreadable;
use crate::ocr::OcrPage;
use crate::pagination::{Glance, Sheet, TypeHeights, rows_of};

/// So many scans are looked at: half-title, title page and its back are among them, whatever covers and blank leaves come before.
pub const FRONT_PAGES: u32 = 15;

/// With fewer words even a page that was read badly is looked at: a title page is all large and ornate type.
const FEW_WORDS: usize = 30;

/// One of a book's first pages.
#[derive(Debug, Clone)]
pub struct FrontPage {
    /// The scan's number.
    pub number: u32,
    /// Its text, with the line breaks as printed.
    pub text: String,
    /// Its rows of type, and its measures.
    pub sheet: Sheet,
    /// What it looks like from afar.
    pub glance: Glance,
}

/// Those of the first pages that say something: blank ones, and those that nobody can read, are left out.
#[must_use]
pub fn front_pages(pages: &[OcrPage]) -> Vec<FrontPage> {
    let mut heights = TypeHeights::default();
    for page in pages {
        heights.add(&rows_of(page));
    }
    let body_height = heights.most_common();
    let front_page = |page: &OcrPage| {
        let sheet = Sheet::of(page, body_height);
        let glance = Glance::at(page, &sheet);
        let paragraphs = page.blocks.iter().flat_map(|block| &block.paragraphs);
        let text = paragraphs.map(|paragraph| paragraph.text.as_str()).collect::<Vec<_>>().join("\n");
        let says_something = glance.words > 0 && (glance.words < FEW_WORDS || !is_unreadable(page));
        says_something.then_some(FrontPage { number: page.page_number, text, sheet, glance })
    };
    pages.iter().filter_map(front_page).collect()
}
