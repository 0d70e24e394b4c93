use shelf_pages::{OcrPage, PageText};

use crate::labels::is_unreadable;
use crate::page_layout::{PageLayout, TypeHeights, text_rows};
use crate::pagination::PageFeatures;

/// How many scans are searched: half-title, title page and copyright page are among them, whatever covers and blank pages precede them.
pub const FRONT_MATTER_PAGES: u32 = 15;

/// Pages with fewer words are used even if illegible: a title page consists of large and ornate type.
const MIN_LEGIBILITY_WORDS: usize = 30;

/// One of the first pages of a book.
#[derive(Debug, Clone)]
pub struct FrontMatterPage {
    /// The scan number.
    pub number: u32,
    /// Its text, with the line breaks as printed.
    pub text: String,
    /// Its text rows and measures.
    pub layout: PageLayout,
    /// Its features.
    pub features: PageFeatures,
}

/// The first pages, without blank and illegible ones.
#[must_use]
pub fn front_matter_pages(pages: &[OcrPage]) -> Vec<FrontMatterPage> {
    let mut heights = TypeHeights::default();
    for page in pages {
        heights.add(&text_rows(page));
    }
    let body_height_px = heights.most_common_px();
    let front_matter_page = |page: &OcrPage| {
        let layout = PageLayout::of(page, body_height_px);
        let features = PageFeatures::of(page, &layout);
        let is_usable = features.words > 0 && (features.words < MIN_LEGIBILITY_WORDS || !is_unreadable(page));
        is_usable.then(|| FrontMatterPage { number: page.page_number, text: page.text(), layout, features })
    };
    pages.iter().filter_map(front_matter_page).collect()
}
