use std::collections::BTreeMap;

use shelf::prelude::*;

use super::{Matter, NumberingStyle, PageNumberLocation, PageRegion};

/// What is known of a book as a whole: `pagination/book.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Pagination {
    /// Height of the body's type, the median of its words, px; none in a book without text.
    #[garde(skip)]
    pub body_height_px: Option<f64>,
    /// The running heads, each as it was read first.
    #[garde(skip)]
    pub running_heads: Vec<String>,
    /// What each page has of it, by the scan's number.
    #[garde(custom(each_page))]
    pub pages: BTreeMap<u32, PagePagination>,
}

/// What the whole book says of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct PagePagination {
    /// The page's number as printed, with misread digits mended; none where none is printed.
    #[garde(skip)]
    pub printed_page_number: Option<String>,
    /// How it is printed.
    #[garde(skip)]
    pub numbering_style: NumberingStyle,
    /// Where it is printed.
    #[garde(skip)]
    pub page_number_location: PageNumberLocation,
    /// How sure the printed number is, or that there is none, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub page_number_confidence: f64,
    /// The number that the page has by its neighbours', also where none is printed on it.
    #[garde(skip)]
    pub implied_page_number: Option<String>,
    /// The running head, without the page's number.
    #[garde(skip)]
    pub running_head: Option<String>,
    /// Where the running head and the folio at the head end, px: all above is no text.
    #[garde(skip)]
    pub head_bottom_px: Option<u32>,
    /// Where the running foot and the folio at the foot begin, px: all below is no text.
    #[garde(skip)]
    pub foot_top_px: Option<u32>,
    /// Height of the book's body type, px, in steps of 4 %, so that it does not change with every page that is read again.
    #[garde(skip)]
    pub body_height_px: Option<f64>,
    /// What the page's text belongs to.
    #[garde(skip)]
    pub matter: Matter,
    /// The part of the book that the page is in.
    #[garde(skip)]
    pub page_region: PageRegion,
    /// How sure the part is, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub page_region_confidence: f64,
}

impl ByPage for Pagination {
    type Part = PagePagination;
}

/// Checks every page; garde goes into maps only where keys are text.
fn each_page<C>(pages: &BTreeMap<u32, PagePagination>, _: &C) -> garde::Result {
    match pages.iter().find_map(|(scan, page)| Some((scan, page.validate().err()?))) {
        Some((scan, report)) => Err(garde::Error::new(format!("page {scan}: {}", report.to_string().trim()))),
        None => Ok(()),
    }
}
