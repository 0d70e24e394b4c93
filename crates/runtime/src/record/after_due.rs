use serde::{Deserialize, Serialize};

use crate::book::ScanId;
use crate::store::{BookPath, BookPathError};

/// That a stage's `after` hook is still to be called: `<stage>/after.json`. It is written before the first page is begun, and removed
/// when the hook has succeeded; so a run that was interrupted at whatever point does not lose the hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AfterDue {
    /// When the run began that it belongs to, as ISO 8601 in UTC.
    pub since: jiff::Timestamp,
}

impl AfterDue {
    /// Where the marker of a stage lies.
    pub fn path(book: &ScanId, stage: &str) -> Result<BookPath, BookPathError> {
        BookPath::new(book, &format!("{stage}/after.json"))
    }
}
