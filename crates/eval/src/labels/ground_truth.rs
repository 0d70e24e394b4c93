use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::table::parse_table;
use shelf_pages::{Bbox, Classification};

/// The correct labels of a book's blocks, and its printed page numbers.
///
/// The table is a text file with columns separated by tabs or (with quotes) by commas, in one of three formats:
///
/// | a line per | columns | example |
/// | --- | --- | --- |
/// | page | `page` (the scan's number), and any of `printed_page_number`, `running_head`, `chapter_headings`, `section_headings`, `footnotes`, `captions`; an empty cell means that there is none | `structure.tsv` |
/// | block | `page`, `classification` (as page files spell it), `x`, `y`, `width`, `height` (px) | `blocks.tsv` |
/// | region, without a header line | image, its size, attributes, count, number, shape (`{"x": …, "y": …, "width": …, "height": …}`), attributes (`{"text": kind}`): an export of VGG Image Annotator. Pages are the images in natural order of their names; kinds are `title` (a head or heading), `page_number`, `footnote`, `undefined` (ignored), and any other for text | `*_olr.tsv` |
///
/// Other columns are ignored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelTruth {
    /// Ground truth by the number of the scan.
    pub pages: BTreeMap<u32, PageTruth>,
    /// The classes of blocks in the table.
    pub classes: BTreeSet<LabelClass>,
}

/// The ground truth of a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageTruth {
    /// The printed number, empty if there is none; `None` if the table does not have it.
    pub printed_page_number: Option<String>,
    /// The blocks of the page.
    pub blocks: Vec<TrueBlock>,
    /// Regions whose content is undefined: blocks there do not count.
    pub ignored: Vec<Bbox>,
}

/// A block of the ground truth.
#[derive(Debug, Clone, PartialEq)]
pub struct TrueBlock {
    /// Its class.
    pub class: LabelClass,
    /// How it is matched.
    pub locator: Locator,
}

/// How a block is matched with a labelled one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locator {
    /// By its box: half of one box is inside the other.
    Box(Bbox),
    /// By its text, give or take misread letters.
    Text(String),
}

/// A class of blocks: one label, or several that a table does not distinguish.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelClass {
    /// One label of page files.
    Classification(Classification),
    /// Headings of chapters, which may be labelled as those of sections, since a table of chapters does not have sections.
    ChapterHeading,
    /// Running heads and headings.
    Title,
    /// The printed page number, which may be part of the running head.
    PageNumber,
    /// Text of any kind, which is not scored.
    Text,
}

/// Why a table of labels cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabelTruthError {
    /// The file cannot be read.
    #[error("cannot read the table of labels {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not a table.
    #[error("{path}: not a table of labels")]
    Table {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: csv::Error,
    },
    /// It has none of the expected columns.
    #[error(
        "{path}: columns are {found}: expected `page` with `printed_page_number`, `running_head`, `chapter_headings` or `footnotes`, or with `classification`, `x`, `y`, `width` and `height`"
    )]
    Columns {
        /// The file.
        path: PathBuf,
        /// Its columns.
        found: String,
    },
    /// A cell has an invalid value.
    #[error("{path}, line {line}: `{column}` is `{found}`, expected {expected}")]
    Cell {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// The value.
        found: String,
        /// Valid values.
        expected: &'static str,
    },
}

impl LabelTruth {
    /// Reads a table.
    ///
    /// # Errors
    /// The file cannot be read, is not such a table, or has an invalid cell.
    pub fn read(path: &Path) -> Result<Self, LabelTruthError> {
        let cause = |cause| LabelTruthError::File { path: path.to_owned(), cause };
        let text = std::fs::read_to_string(path).map_err(cause)?;
        parse_table(&text, path)
    }
}

impl LabelClass {
    /// The name of the label, as in page files, or of the class.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Classification(label) => {
                serde_json::to_value(label).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
            }
            Self::ChapterHeading => "chapter heading".to_owned(),
            Self::Title => "head or heading".to_owned(),
            Self::PageNumber => "page number".to_owned(),
            Self::Text => "text".to_owned(),
        }
    }

    /// Whether a block with this label claims to be of the class.
    pub(super) fn is_claimed_by(&self, classification: Classification) -> bool {
        match self {
            Self::Classification(label) => *label == classification,
            Self::ChapterHeading => classification == Classification::ChapterHeading,
            Self::Title => matches!(
                classification,
                Classification::Header | Classification::ChapterHeading | Classification::SectionHeading
            ),
            Self::PageNumber => classification == Classification::PageNumber,
            Self::Text => false,
        }
    }

    /// Whether a block of the class may have this label: a running head, for example, may contain the page number.
    pub(super) fn accepts(&self, classification: Classification) -> bool {
        let also: &[Classification] = match self {
            Self::PageNumber => &[Classification::Header, Classification::Footer],
            Self::ChapterHeading => &[Classification::SectionHeading],
            _ => &[],
        };
        also.contains(&classification) || self.is_claimed_by(classification)
    }
}
