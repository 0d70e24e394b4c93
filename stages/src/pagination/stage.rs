use shelf::prelude::*;

use super::{BookStatistics, Pagination};
use crate::ocr::{OcrPage, ocr};
use crate::page_layout::{TypeHeights, text_rows};

/// Metrics of `pagination` for a book.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct PaginationMetrics {
    /// Pages with a printed number.
    pub numbered_pages: usize,
    /// Pages with a running head.
    pub headed_pages: usize,
    /// Distinct running heads.
    pub running_heads: usize,
    /// Problems with the order of the scans: duplicate or missing pages.
    #[report(flag(above = 0))]
    pub out_of_order: usize,
}

/// Finds the running heads, printed page numbers, type height and parts of the whole book.
#[stage(name = "pagination", version = 6, deps = [ocr], scope = book)]
pub fn pagination(ocr: Pages<OcrPage>, warnings: Warnings) -> Result<(Pagination, PaginationMetrics)> {
    let mut heights = TypeHeights::default();
    for page in ocr.iter() {
        heights.add(&text_rows(&page?.1.upright()));
    }
    let mut statistics = BookStatistics::new(heights.most_common_px());
    for page in ocr.iter() {
        statistics.add(&page?.1.upright());
    }
    let (book, out_of_order) = statistics.finish();
    let metrics = PaginationMetrics {
        numbered_pages: book.pages.values().filter(|page| page.printed_page_number.is_some()).count(),
        headed_pages: book.pages.values().filter(|page| page.running_head.is_some()).count(),
        running_heads: book.running_heads.len(),
        out_of_order: out_of_order.len(),
    };
    for warning in out_of_order {
        warnings.push(warning);
    }
    Ok((book, metrics))
}
