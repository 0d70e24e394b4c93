use std::collections::BTreeMap;

use shelf_runtime::page;
use shelf_runtime::stage::ByPage;

use crate::{Matter, NumberingStyle, PageNumberLocation, PageRegion};

/// Page numbers, running heads and parts of a whole book: `pagination/book.json`.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Pagination {
    /// Type height of the body text (median word height), px; none in a book without text.
    pub body_height_px: Option<f64>,
    /// The running heads, each as first recognised.
    pub running_heads: Vec<String>,
    /// The pages, by scan number.
    pub pages: BTreeMap<u32, PagePagination>,
}

/// What the whole book tells about one page.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct PagePagination {
    /// The printed page number, misread digits corrected; none if none is printed.
    pub printed_page_number: Option<String>,
    /// Its numerals.
    pub numbering_style: NumberingStyle,
    /// Its position on the page.
    pub page_number_location: PageNumberLocation,
    /// Confidence in the printed number, or in its absence, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub page_number_confidence: f64,
    /// The number that follows from the neighbouring pages, whether or not one is printed.
    pub implied_page_number: Option<String>,
    /// The running head, without the page number.
    pub running_head: Option<String>,
    /// Bottom of the header zone (running head and page number), px.
    pub head_bottom_px: Option<u32>,
    /// Top of the footer zone (running foot and page number), px.
    pub foot_top_px: Option<u32>,
    /// Type height of the book's body text, px, rounded to steps of 4 % so that it does not change whenever a page is redone.
    pub body_height_px: Option<f64>,
    /// What the page's text is.
    pub matter: Matter,
    /// The part of the book that the page is in.
    pub page_region: PageRegion,
    /// Confidence in the part, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub page_region_confidence: f64,
}

impl ByPage for Pagination {
    type Part = PagePagination;
}
