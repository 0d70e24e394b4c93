use serde::{Deserialize, Serialize};

use crate::book::{ScanId, Unit};
use crate::store::{BookPath, BookPathError};

/// An unfinished `--redo`: `<stage>/redo.json`. A page is still to be made again as long as neither its record nor its
/// failure has the id. So an interrupted `--redo` continues where it stopped, and no page is deleted before its replacement exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedoMarker {
    /// Distinguishes this `--redo` from earlier ones: the time of the request.
    pub id: String,
    /// The pages, or the book.
    pub pages: Vec<Unit>,
}

impl RedoMarker {
    /// The path of a stage's marker.
    pub fn path(book: &ScanId, stage: &str) -> Result<BookPath, BookPathError> {
        BookPath::new(book, &format!("{stage}/redo.json"))
    }

    /// Whether `unit` was requested.
    #[must_use]
    pub fn asks_for(&self, unit: Unit) -> bool {
        self.pages.contains(&unit)
    }
}
