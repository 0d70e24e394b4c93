//! The page formats of shelf as types, each with its JSON Schema: what OCR read on a page ([`OcrPage`]), the corrections
//! ([`CorrectedPage`]), the labels ([`LabelsPage`]) and all of it together ([`MergedPage`]); and what is known of a whole book
//! ([`Vocabulary`], [`Pagination`], [`CatalogueEntry`], [`Structure`]).
//!
//! The types say how results are stored, not how they are made: code that only reads a book's pages needs nothing else.
//!
//! ```
//! use shelf_pages::{OcrPage, PageText};
//!
//! let page: OcrPage = serde_json::from_str(
//!     r#"{ "page_number": 7, "page_dimensions": { "width": 1375, "height": 2292 }, "blocks": [
//!         { "block_num": 1, "bbox": [508, 660, 416, 37], "paragraphs": [
//!             { "par_num": 1, "bbox": [508, 660, 416, 37], "text": "CHAPTER I.", "avg_confidence": 0.96 }] }] }"#,
//! )?;
//! assert_eq!(page.text(), "CHAPTER I.");
//! # Ok::<(), serde_json::Error>(())
//! ```

// What `#[page]` writes names `::shelf`; here the runtime is what it means.
extern crate shelf_runtime as shelf;

mod bbox;
mod book_type;
mod catalogue_entry;
mod classification;
mod corrected_page;
mod edit_outcome;
pub mod edits;
mod labels_page;
mod line_range;
mod matter;
mod merged_page;
mod numbering;
mod ocr_page;
mod orientation;
mod pagination;
mod proposal;
mod structure;
#[doc(hidden)]
pub mod testing;
mod text;
mod text_page;
mod transcribed_page;
mod vocabulary;

pub use bbox::Bbox;
pub use book_type::BookType;
pub use catalogue_entry::{CatalogueEntry, CatalogueField, MIN_CONFIDENCE, PRINTED_YEARS};
pub use classification::{Classification, TextRole};
pub use corrected_page::{CorrectedBlock, CorrectedPage, CorrectedParagraph, MAX_NOTES_CHARS};
pub use edit_outcome::{EditOutcome, EditState};
pub use labels_page::{LabelledBlock, LabelledLines, LabelsPage};
pub use line_range::LineRange;
pub use matter::Matter;
pub use merged_page::{
    BlockOrigin, Continuation, MergedBlock, MergedMetadata, MergedPage, MergedParagraph, ParagraphOrigin,
    ParagraphStart, SplitWord,
};
pub use numbering::{NumberingStyle, PageNumberLocation, PageRegion};
pub use ocr_page::{AlternativeReading, Block, Figure, Line, OcrPage, PageDimensions, Paragraph, TextSource, Word};
pub use orientation::Orientation;
pub use pagination::{PagePagination, Pagination};
pub use proposal::{Proposal, ProposalDoubt};
pub use structure::{
    CharRange, ContentsEntry, Element, ElementContent, ExcludedKind, ExcludedText, HeadingKind, Join, LinesKind,
    NotePlace, OutlineEntry, PageAnchor, Passage, Span, Structure, TableCell, TableRow, join_lines, joined, span_text,
    title_text,
};
pub use text::{PageText, TextParagraph};
pub use text_page::TextPage;
pub use transcribed_page::{TranscribedLine, TranscribedPage};
pub use vocabulary::{Commonness, PageVocabulary, Vocabulary, WordEvidence, word_key};
