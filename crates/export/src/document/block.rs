use schemars::JsonSchema;
use serde::Serialize;
use shelf_pages::{Bbox, HeadingKind, LinesKind, NotePlace};

/// A part of the text: a heading, a paragraph, a table.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Block {
    /// Its number in the book.
    pub id: u32,
    /// The scan on which it begins.
    pub page: u32,
    /// What it is.
    #[serde(flatten)]
    pub content: BlockContent,
}

/// What a block is, with its text.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BlockContent {
    /// A heading.
    Heading {
        /// What it opens.
        heading: HeadingKind,
        /// Its level, from 1.
        level: u32,
        /// The number above the title.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        number: Vec<Inline>,
        /// The title; empty if there is only a number.
        title: Vec<Inline>,
    },
    /// A paragraph.
    Paragraph {
        /// Its text.
        text: Vec<Inline>,
    },
    /// A paragraph of a quotation.
    Quotation {
        /// Its text.
        text: Vec<Inline>,
    },
    /// An epigraph.
    Epigraph {
        /// Its text.
        text: Vec<Inline>,
    },
    /// Verse.
    Verse {
        /// Its lines.
        lines: Vec<Vec<Inline>>,
    },
    /// Text whose lines are kept as printed.
    Lines {
        /// Where it is from.
        part: LinesKind,
        /// The lines.
        lines: Vec<Vec<Inline>>,
    },
    /// A table.
    Table {
        /// Rows of cells.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A figure or plate.
    Figure {
        /// The file in the book's folder `images/`, or in the folder beside the export.
        #[serde(skip_serializing_if = "Option::is_none")]
        image_file: Option<String>,
        /// Its bounding box in px of the scan.
        bbox: Bbox,
        /// Whether it fills the page.
        plate: bool,
        /// The caption.
        caption: Vec<Inline>,
    },
    /// A note, after the block that refers to it.
    Note {
        /// Where it is printed.
        place: NotePlace,
        /// Its mark.
        #[serde(skip_serializing_if = "Option::is_none")]
        mark: Option<String>,
        /// The block that has the mark; none if that is uncertain or not exported.
        #[serde(skip_serializing_if = "Option::is_none")]
        refers_to: Option<u32>,
        /// Its text.
        text: Vec<Inline>,
    },
    /// The beginning of a page between two blocks.
    PageBreak {
        /// The printed page number.
        #[serde(skip_serializing_if = "Option::is_none")]
        printed_page_number: Option<String>,
    },
}

/// A piece of running text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Inline {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// The mark of a note.
    NoteMark {
        /// The note's block.
        note: u32,
        /// The mark as printed.
        mark: String,
    },
    /// The beginning of a page.
    PageBreak {
        /// The number of the scan.
        page: u32,
        /// The printed page number.
        #[serde(skip_serializing_if = "Option::is_none")]
        printed_page_number: Option<String>,
        /// Whether it is within a word.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        within_word: bool,
    },
}

impl Inline {
    /// The text without page breaks and note marks.
    #[must_use]
    pub fn plain(text: &[Self]) -> String {
        let pieces = text.iter().filter_map(|inline| match inline {
            Self::Text { text } => Some(text.as_str()),
            Self::NoteMark { .. } | Self::PageBreak { .. } => None,
        });
        pieces.collect()
    }
}
