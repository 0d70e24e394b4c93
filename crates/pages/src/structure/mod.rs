//! A book as one document: what every export reads. It refers to the text of [`MergedPage`](crate::MergedPage)s instead of copying it.

mod book;
mod contents;
mod element;
mod outline;
mod page_anchor;
mod passage;
mod passage_text;

pub use book::Structure;
pub use contents::ContentsEntry;
pub use element::{Element, ElementContent, LinesKind, NotePlace, TableCell, TableRow};
pub use outline::{HeadingKind, OutlineEntry};
pub use page_anchor::{ExcludedKind, ExcludedText, PageAnchor};
pub use passage::{CharRange, Join, Passage, Span};
pub use passage_text::{join_lines, joined, span_text, title_text};
