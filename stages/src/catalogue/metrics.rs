use shelf::prelude::*;

use super::CatalogueEntry;
use super::model::ModelOutcome;

/// Metrics of `catalogue` for a book.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct CatalogueMetrics {
    /// Fields found, of title, author, year, publisher, ISBN and genre.
    pub fields_found: usize,
    /// Fields with enough confidence for the metadata.
    pub fields_sure: usize,
    /// First pages sent to a model.
    pub pages_sent: usize,
    /// Claims of a model that were rejected because the pages do not confirm them.
    #[report(flag(above = 0))]
    pub claims_refused: usize,
}

impl CatalogueMetrics {
    pub(super) fn of(entry: &CatalogueEntry, asked: ModelOutcome) -> Self {
        let (fields_found, fields_sure) = entry.count();
        Self { fields_found, fields_sure, pages_sent: asked.pages, claims_refused: asked.refused }
    }
}
