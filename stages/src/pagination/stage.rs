use shelf::prelude::*;

use super::survey::Survey;
use super::{Pagination, TypeHeights, rows_of};
use crate::ocr::{OcrPage, ocr};

/// What `pagination` measures of a book.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct PaginationMetrics {
    /// Pages with a printed number.
    pub numbered_pages: usize,
    /// Pages with a running head.
    pub headed_pages: usize,
    /// Running heads, each counted once.
    pub running_heads: usize,
    /// What is wrong with the order of the scans: pages that are there twice, or missing.
    #[report(flag(above = 0))]
    pub out_of_order: usize,
}

/// Looks at the whole book: its running heads, its printed page numbers, its type and its parts.
#[stage(name = "pagination", deps = [ocr], scope = book)]
pub fn pagination(ocr: Pages<OcrPage>, warnings: Warnings) -> Result<(Pagination, PaginationMetrics)> {
    let mut heights = TypeHeights::default();
    for page in ocr.iter() {
        heights.add(&rows_of(&page?.1));
    }
    let mut survey = Survey::new(heights.most_common());
    for page in ocr.iter() {
        survey.add(&page?.1);
    }
    let (book, out_of_order) = survey.conclude();
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
