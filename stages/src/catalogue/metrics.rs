use shelf::prelude::*;

use super::CatalogueEntry;
use super::model::Asked;

/// What `catalogue` measures of a book.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct CatalogueMetrics {
    /// Fields that something was found for, of title, author, year, publisher, ISBN and type.
    pub fields_found: usize,
    /// Fields that are sure enough to be filled in.
    pub fields_sure: usize,
    /// First pages that a model got to read.
    pub pages_sent: usize,
    /// What a model said and the pages do not bear out, and so was not taken.
    #[report(flag(above = 0))]
    pub claims_refused: usize,
}

impl CatalogueMetrics {
    pub(super) fn of(entry: &CatalogueEntry, asked: Asked) -> Self {
        let (fields_found, fields_sure) = entry.count();
        Self { fields_found, fields_sure, pages_sent: asked.pages, claims_refused: asked.refused }
    }
}
