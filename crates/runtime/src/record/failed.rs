use serde::{Deserialize, Serialize};

use super::{Fingerprint, Operation, with_checksum};
use crate::book::{ScanId, Unit};
use crate::failure::Failure;
use crate::store::{BookPath, BookPathError};
use crate::usd::Usd;

/// Why a page failed: `<stage>/failed/page_NNNN.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailedRecord {
    /// The stage.
    pub stage: String,
    /// The page, or the book.
    pub page: Unit,
    /// What went wrong.
    pub failure: Failure,
    /// What it was to be made from. While this is unchanged, a permanent failure is not retried.
    #[serde(default)]
    pub fingerprint: Option<Fingerprint>,
    /// Number of attempts.
    pub attempts: u32,
    /// Time in the stage's function, all attempts of the run, s.
    #[serde(default)]
    pub processing_time_seconds: f64,
    /// Cost of all attempts; `null` if it is unknown.
    pub cost_usd: Option<Usd>,
    /// When it failed.
    pub when: jiff::Timestamp,
    /// The stage has `on_error = skip`: the page is left out, which is not an error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skipped: bool,
    /// The `--redo` that requested it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo: Option<String>,
}

impl FailedRecord {
    /// The runtime's metrics.
    #[must_use]
    pub fn operation(&self) -> Operation {
        Operation {
            page_num: self.page,
            processing_time_seconds: self.processing_time_seconds,
            cost_usd: self.cost_usd,
            attempts: self.attempts,
            finished: self.when,
            ..Operation::default()
        }
    }

    /// The contents of its file.
    ///
    /// # Errors
    /// JSON cannot hold it.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec_pretty(&with_checksum(self)?)
    }

    /// The path of the failure record of a page, or of a book.
    pub fn path(book: &ScanId, stage: &str, unit: Unit) -> Result<BookPath, BookPathError> {
        BookPath::new(book, &format!("{stage}/failed/{}.json", unit.stem()))
    }
}
