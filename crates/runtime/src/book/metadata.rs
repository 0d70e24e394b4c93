use serde_json::{Map, Value};
use shelf_macros::page;

use super::Inferred;

/// The metadata of a book: `<scan-id>/metadata.json`.
///
/// The pages of a stage that takes this parameter become stale when any field changes.
#[page(crate = crate)]
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BookMetadata {
    /// The title; derived from the file's name until a better one is known.
    #[serde(default)]
    pub title: Option<String>,
    /// The author or authors, as on the title page.
    #[serde(default)]
    pub author: Option<String>,
    /// Year of publication.
    #[serde(default)]
    pub year: Option<i32>,
    /// Publisher.
    #[serde(default)]
    pub publisher: Option<String>,
    /// ISBN, as printed.
    #[serde(default)]
    pub isbn: Option<String>,
    /// What kind of book: `biography`, `history`, …
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// Languages as BCP 47 tags, most important first.
    #[serde(default)]
    pub language: Vec<String>,
    /// Scans in the book.
    #[garde(range(min = 1))]
    pub total_pages: u32,
    /// When the book was added, ISO 8601.
    #[serde(default)]
    pub scan_date: Option<String>,
    /// The files it was added from.
    #[serde(default)]
    pub source_files: Vec<String>,
    /// Resolution at which PDF pages that are not scans were rendered, dots per inch.
    #[serde(default)]
    pub extraction_dpi: Option<u32>,
    /// Always `registered`.
    #[serde(default)]
    pub status: Option<String>,
    /// Confidence in the title and other bibliographic fields, 0..=1.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub metadata_extraction_confidence: Option<f64>,
    /// Fields that were inferred, with the inferred value: as long as a field still has it, a better value may replace it.
    #[serde(rename = "presumed", default, skip_serializing_if = "Inferred::is_empty")]
    pub inferred: Inferred,
    /// Fields of other programs; written back unchanged.
    #[serde(flatten)]
    #[schemars(skip)]
    pub others: Map<String, Value>,
}
