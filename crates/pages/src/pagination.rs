use std::collections::BTreeMap;

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelf_runtime::stage::ByPage;

use crate::{Matter, NumberingStyle, PageNumberLocation, PageRegion};

/// Page numbers, running heads and parts of a whole book: `pagination/book.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Pagination {
    /// Type height of the body text (median word height), px; none in a book without text.
    #[garde(skip)]
    pub body_height_px: Option<f64>,
    /// The running heads, each as first recognised.
    #[garde(skip)]
    pub running_heads: Vec<String>,
    /// The pages, by scan number.
    #[garde(custom(valid_pages))]
    pub pages: BTreeMap<u32, PagePagination>,
}

/// What the whole book tells about one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct PagePagination {
    /// The printed page number, misread digits corrected; none if none is printed.
    #[garde(skip)]
    pub printed_page_number: Option<String>,
    /// Its numerals.
    #[garde(skip)]
    pub numbering_style: NumberingStyle,
    /// Its position on the page.
    #[garde(skip)]
    pub page_number_location: PageNumberLocation,
    /// Confidence in the printed number, or in its absence, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub page_number_confidence: f64,
    /// The number that follows from the neighbouring pages, whether or not one is printed.
    #[garde(skip)]
    pub implied_page_number: Option<String>,
    /// The running head, without the page number.
    #[garde(skip)]
    pub running_head: Option<String>,
    /// Bottom of the header zone (running head and page number), px.
    #[garde(skip)]
    pub head_bottom_px: Option<u32>,
    /// Top of the footer zone (running foot and page number), px.
    #[garde(skip)]
    pub foot_top_px: Option<u32>,
    /// Type height of the book's body text, px, rounded to steps of 4 % so that it does not change whenever a page is redone.
    #[garde(skip)]
    pub body_height_px: Option<f64>,
    /// What the page's text is.
    #[garde(skip)]
    pub matter: Matter,
    /// The part of the book that the page is in.
    #[garde(skip)]
    pub page_region: PageRegion,
    /// Confidence in the part, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub page_region_confidence: f64,
}

impl ByPage for Pagination {
    type Part = PagePagination;
}

/// Validates every page; garde descends only into maps with text keys.
fn valid_pages<C>(pages: &BTreeMap<u32, PagePagination>, _: &C) -> garde::Result {
    match pages.iter().find_map(|(scan, page)| Some((scan, page.validate().err()?))) {
        Some((scan, report)) => Err(garde::Error::new(format!("page {scan}: {}", report.to_string().trim()))),
        None => Ok(()),
    }
}
