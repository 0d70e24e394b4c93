use shelf_runtime::{Metric, page};

/// The numerals of a printed page number.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Metric)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "doc comments on variants would change the JSON Schema; the names are those of the page formats"
)]
pub enum NumberingStyle {
    Roman,
    Arabic,
    None,
}

/// Where on the page its number is printed.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Metric)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "doc comments on variants would change the JSON Schema; the names are those of the page formats"
)]
pub enum PageNumberLocation {
    Header,
    Footer,
    None,
}

/// The part of a book that a page is in.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Metric)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "doc comments on variants would change the JSON Schema; the names are those of the page formats"
)]
pub enum PageRegion {
    FrontMatter,
    TocArea,
    Body,
    BackMatter,
    Uncertain,
}
