use serde::{Deserialize, Serialize};

use crate::book::{ScanId, Unit};
use crate::store::{BookPath, BookPathError};

/// A `--redo` that is not finished: `<stage>/redo.json`. A page is still to be made again as long as neither its record nor its
/// failure carries the id. So an interrupted `--redo` goes on where it was, and no page is thrown away before its successor is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedoMarker {
    /// Tells this `--redo` from earlier ones: the time it was asked for.
    pub id: String,
    /// The pages, or the book.
    pub pages: Vec<Unit>,
}

impl RedoMarker {
    /// Where the marker of a stage lies.
    pub fn path(book: &ScanId, stage: &str) -> Result<BookPath, BookPathError> {
        BookPath::new(book, &format!("{stage}/redo.json"))
    }

    /// Whether `unit` was asked for.
    #[must_use]
    pub fn asks_for(&self, unit: Unit) -> bool {
        self.pages.contains(&unit)
    }
}
