use shelf_runtime::page;

use super::{HeadingKind, Passage};
use crate::{Bbox, bbox};

/// A part of the text that is presented as one: a heading, a paragraph, a table.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Its number in the book, from 1, in reading order.
    #[garde(range(min = 1))]
    pub id: u32,
    /// The scan on which it begins.
    #[garde(range(min = 1))]
    pub page: u32,
    /// What it is.
    pub content: ElementContent,
}

/// What an element is, with its text.
#[page]
#[derive(Debug, Clone, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ElementContent {
    /// A heading.
    Heading {
        /// What it opens.
        heading: HeadingKind,
        /// Its level in the outline, 1..=6; the same for all headings of a kind.
        #[garde(range(min = 1, max = 6))]
        level: u32,
        /// The number above the title: `CHAPTER I.`
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<Passage>,
        /// The title; empty if there is only a number.
        title: Passage,
    },
    /// A paragraph of running text.
    Paragraph {
        /// Its text.
        text: Passage,
    },
    /// A paragraph of a quotation.
    Quotation {
        /// Its text.
        text: Passage,
    },
    /// An epigraph: a quotation at the beginning of a chapter or book.
    Epigraph {
        /// Its text.
        text: Passage,
    },
    /// Verse.
    Verse {
        /// Its lines.
        lines: Vec<Passage>,
    },
    /// Text whose lines are kept as printed.
    Lines {
        /// Where it is from.
        part: LinesKind,
        /// The lines.
        lines: Vec<Passage>,
    },
    /// A table.
    Table {
        /// Its rows.
        rows: Vec<TableRow>,
    },
    /// A figure or plate.
    Figure {
        /// The file in the book's folder `images/`; none if only a caption was found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        image_file: Option<String>,
        /// Its bounding box, `[x, y, width, height]` in px of the scan; that of the caption if only a caption was found.
        #[serde(with = "bbox::as_array")]
        #[schemars(with = "[u32; 4]")]
        bbox: Bbox,
        /// Whether it fills the page.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        plate: bool,
        /// The caption; empty if there is none.
        caption: Passage,
    },
    /// A note, after the element that refers to it.
    Note {
        /// Where it is printed.
        place: NotePlace,
        /// Its mark; none if it has no mark.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mark: Option<String>,
        /// The element that has the mark; none if that is uncertain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refers_to: Option<u32>,
        /// Its text, without the mark.
        text: Passage,
    },
}

/// Where text comes from whose lines are kept.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the labels")]
pub enum LinesKind {
    TitlePage,
    Copyright,
    Dedication,
    TableOfContents,
    Index,
    /// A table whose columns are uncertain.
    Table,
    /// Labels within a figure, and what else is not running text.
    Other,
}

/// Where a note is printed.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
pub enum NotePlace {
    /// At the foot of the page.
    Foot,
    /// Beside the text.
    Side,
}

/// A row of a table.
#[page]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableRow {
    /// Its cells, from left to right; all rows of a table have the same number.
    pub cells: Vec<TableCell>,
}

/// A cell of a table.
#[page]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableCell {
    /// Its text; empty for an empty cell.
    pub text: Passage,
}

impl ElementContent {
    /// All passages, in reading order.
    pub fn passages(&self) -> Vec<&Passage> {
        match self {
            Self::Heading { number, title, .. } => number.iter().chain([title]).collect(),
            Self::Paragraph { text } | Self::Quotation { text } | Self::Epigraph { text } | Self::Note { text, .. } => {
                vec![text]
            }
            Self::Verse { lines } | Self::Lines { lines, .. } => lines.iter().collect(),
            Self::Table { rows } => rows.iter().flat_map(|row| &row.cells).map(|cell| &cell.text).collect(),
            Self::Figure { caption, .. } => vec![caption],
        }
    }

    /// All passages, in reading order.
    pub fn passages_mut(&mut self) -> Vec<&mut Passage> {
        match self {
            Self::Heading { number, title, .. } => number.iter_mut().chain([title]).collect(),
            Self::Paragraph { text } | Self::Quotation { text } | Self::Epigraph { text } | Self::Note { text, .. } => {
                vec![text]
            }
            Self::Verse { lines } | Self::Lines { lines, .. } => lines.iter_mut().collect(),
            Self::Table { rows } => rows.iter_mut().flat_map(|row| &mut row.cells).map(|cell| &mut cell.text).collect(),
            Self::Figure { caption, .. } => vec![caption],
        }
    }
}
