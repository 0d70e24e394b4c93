use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::table::parse_table;
use crate::draw::Bbox;

/// What the blocks of a book should be labelled as, and the numbers that are printed on its pages.
///
/// The table is text, its columns parted by tabs or (with quotes) by commas, in one of three shapes:
///
/// | a line is | columns | as in |
/// | --- | --- | --- |
/// | a page | `page` (the scan's number), and any of `printed_page_number`, `running_head`, `chapter_headings`, `section_headings`, `footnotes`, `captions`; an empty cell says that there is none | `structure.tsv` |
/// | a block | `page`, `classification` (as page files spell it), `x`, `y`, `width`, `height` (px) | `blocks.tsv` |
/// | a region, without a line of names | picture, its size, attributes, count, number, shape (`{"x": …, "y": …, "width": …, "height": …}`), attributes (`{"text": kind}`): an export of VGG Image Annotator. Pages are the pictures in the order of their names; kinds are `title` (a head or heading), `page_number`, `footnote`, `undefined` (ignored), and any other for text | `*_olr.tsv` |
///
/// Other columns are ignored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelTruth {
    /// What the table says, by the scan's number.
    pub pages: BTreeMap<u32, PageTruth>,
    /// The kinds of blocks that the table tells of, of all pages that it has.
    pub kinds: BTreeSet<Kind>,
}

/// What a table says of a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageTruth {
    /// The printed number, empty where none is printed; none where the table does not tell.
    pub printed_page_number: Option<String>,
    /// The blocks that the page has.
    pub blocks: Vec<TrueBlock>,
    /// Where nobody knows what stands: what is found there does not count.
    pub ignored: Vec<Bbox>,
}

/// A block as it should be found.
#[derive(Debug, Clone, PartialEq)]
pub struct TrueBlock {
    /// Of which kind it is.
    pub kind: Kind,
    /// Where it is, or what stands in it.
    pub place: Place,
}

/// How a block is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// By where it lies: half of one box lies in the other.
    Box(Bbox),
    /// By what it says, give or take misread letters.
    Text(String),
}

/// A kind of blocks: one classification, or what a table calls by one name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One of the classifications of page files.
    Classification(String),
    /// Headings of chapters, also where they are labelled as a section's: a table of chapters does not tell of sections.
    ChapterHeading,
    /// Running heads and headings.
    Title,
    /// The printed number, also where the running head carries it.
    PageNumber,
    /// Text of any kind, which is not scored itself.
    Text,
}

/// Why a table of labels cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LabelTruthError {
    /// The file cannot be read.
    #[error("cannot read the table of labels {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// It is no table.
    #[error("{path} is no table of labels")]
    Table {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: csv::Error,
    },
    /// It has none of the columns that are looked for.
    #[error(
        "{path} has the columns {found}: expected `page` with `printed_page_number`, `running_head`, `chapter_headings` or `footnotes`, or with `classification`, `x`, `y`, `width` and `height`"
    )]
    Columns {
        /// The file.
        path: PathBuf,
        /// Its columns.
        found: String,
    },
    /// A cell says what it cannot say.
    #[error("line {line} of {path}: `{column}` is `{found}`, expected {expected}")]
    Cell {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What it says.
        found: String,
        /// What it may say.
        expected: &'static str,
    },
}

impl LabelTruth {
    /// Reads a table.
    ///
    /// # Errors
    /// The file cannot be read, is no such table, or has a cell that makes no sense.
    pub fn read(path: &Path) -> Result<Self, LabelTruthError> {
        let cause = |cause| LabelTruthError::File { path: path.to_owned(), cause };
        let text = std::fs::read_to_string(path).map_err(cause)?;
        parse_table(&text, path)
    }
}

impl Kind {
    /// As it is shown: the classification, or what it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Classification(name) => name,
            Self::ChapterHeading => "chapter heading",
            Self::Title => "head or heading",
            Self::PageNumber => "page number",
            Self::Text => "text",
        }
    }

    /// Whether a block with this label claims to be of the kind.
    pub(super) fn is_claimed_by(&self, classification: &str) -> bool {
        match self {
            Self::Classification(name) => name == classification,
            Self::ChapterHeading => classification == "CHAPTER_HEADING",
            Self::Title => ["HEADER", "CHAPTER_HEADING", "SECTION_HEADING"].contains(&classification),
            Self::PageNumber => classification == "PAGE_NUMBER",
            Self::Text => false,
        }
    }

    /// Whether a block of the kind may have this label: a running head, say, may carry the page's number.
    pub(super) fn accepts(&self, classification: &str) -> bool {
        let also: &[&str] = match self {
            Self::PageNumber => &["HEADER", "FOOTER"],
            Self::ChapterHeading => &["SECTION_HEADING"],
            _ => &[],
        };
        also.contains(&classification) || self.is_claimed_by(classification)
    }
}
