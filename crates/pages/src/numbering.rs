use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelf_runtime::Metric;

/// The numerals of a printed page number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Metric)]
#[serde(rename_all = "snake_case")]
#[metrics(crate = shelf_runtime)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Metric)]
#[serde(rename_all = "snake_case")]
#[metrics(crate = shelf_runtime)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Metric)]
#[serde(rename_all = "snake_case")]
#[metrics(crate = shelf_runtime)]
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
