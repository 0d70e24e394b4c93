use serde::{Deserialize, Serialize};

use crate::book::ScanId;
use crate::store::{BookPath, BookPathError};

/// The marker that a stage's `after` hook is due: `<stage>/after.json`. It is written before the first page is begun and removed
/// when the hook has succeeded, so an interrupted run does not lose the hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AfterDue {
    /// The start of its run, as ISO 8601 in UTC.
    pub since: jiff::Timestamp,
}

impl AfterDue {
    /// The path of a stage's marker.
    pub fn path(book: &ScanId, stage: &str) -> Result<BookPath, BookPathError> {
        BookPath::new(book, &format!("{stage}/after.json"))
    }
}
