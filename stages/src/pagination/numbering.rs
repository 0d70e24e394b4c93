use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelf::Metric;

/// How a page's number is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Metric)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "a variant's doc comment would change the schema; the names are those of the page formats"
)]
pub enum NumberingStyle {
    Roman,
    Arabic,
    None,
}

/// Where a page's number is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Metric)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "a variant's doc comment would change the schema; the names are those of the page formats"
)]
pub enum PageNumberLocation {
    Header,
    Footer,
    None,
}

/// The part of a book that a page is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Metric)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "a variant's doc comment would change the schema; the names are those of the page formats"
)]
pub enum PageRegion {
    FrontMatter,
    TocArea,
    Body,
    BackMatter,
    Uncertain,
}
