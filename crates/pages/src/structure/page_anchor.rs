use shelf_runtime::page;

use super::Span;
use crate::PageRegion;

/// A page of the book: its printed number, and the text on it that does not belong to the running text.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct PageAnchor {
    /// The number of the scan.
    #[garde(range(min = 1))]
    pub page: u32,
    /// The printed page number; none if none is printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed_page_number: Option<String>,
    /// The part of the book that the page is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<PageRegion>,
    /// Running heads, page numbers and the like, which are not in any element.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<ExcludedText>,
}

/// Text of a page that is in no element.
#[page]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcludedText {
    /// What it is.
    pub kind: ExcludedKind,
    /// Where it is.
    pub span: Span,
}

/// What text that is in no element is.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
pub enum ExcludedKind {
    /// A running head.
    Header,
    /// A running foot or signature mark.
    Footer,
    /// The page number.
    PageNumber,
    /// The first word of the next page, printed below the text.
    Catchword,
    /// A label within a figure.
    FigureLabel,
    /// Noise that was recognised as text.
    Artifact,
}
