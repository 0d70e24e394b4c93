use std::collections::BTreeMap;

use crate::book::{BookMetadata, PageNumber, ScanId, ScanMetadata};
use crate::events::PageOf;
use crate::failure::Failure;
use crate::record::{AfterDue, FailedRecord, Hash, OutputHash, PageRecord, RedoMarker};

/// A book as it lies in the library.
#[derive(Debug, Clone)]
pub struct BookState {
    /// The book.
    pub id: ScanId,
    /// What is known of it.
    pub metadata: BookMetadata,
    /// All its pages, also those without a scan, ascending.
    pub pages: Vec<PageNumber>,
    /// The scans.
    pub scans: BTreeMap<PageNumber, Scan>,
    /// Pages that `add` could not read.
    pub unreadable: BTreeMap<PageNumber, Failure>,
    /// The book's own prompts, in place of those that stages name, by stage: `prompts/<stage>.md`.
    pub prompts: BTreeMap<&'static str, String>,
    /// Every stage of the registry, by name.
    pub stages: BTreeMap<&'static str, StageState>,
}

/// A page's scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// The image's file name in `source/`.
    pub image: String,
    /// Hash of the image file.
    pub hash: Hash,
    /// What `add` noted of it; a book from elsewhere has none.
    pub page: Option<ScanMetadata>,
}

/// A stage's pages as they lie in the library; a book stage has one, under `None`.
#[derive(Debug, Clone, Default)]
pub struct StageState {
    /// Pages that are there.
    pub pages: BTreeMap<Option<PageNumber>, PageState>,
    /// Failures that are noted.
    pub failed: BTreeMap<Option<PageNumber>, FailedRecord>,
    /// A `--redo` that is not finished.
    pub redo: Option<RedoMarker>,
    /// An `after` hook that is still to be called.
    pub after_due: Option<AfterDue>,
}

/// A page's file.
#[derive(Debug, Clone, PartialEq)]
pub enum PageState {
    /// It is valid. A page of the original tool has no record.
    Valid {
        /// Hash of its output.
        hash: OutputHash,
        /// How it was made.
        record: Option<Box<PageRecord>>,
    },
    /// It is not a valid page: truncated, changed by hand, or of another schema.
    Damaged(String),
}

impl BookState {
    /// The hash of a page's output, where it is there and whole.
    #[must_use]
    pub fn hash(&self, of: PageOf) -> Option<&OutputHash> {
        match self.stage(of.stage).pages.get(&of.page) {
            Some(PageState::Valid { hash, .. }) => Some(hash),
            _ => None,
        }
    }

    /// The state of a stage.
    #[must_use]
    pub fn stage(&self, name: &str) -> &StageState {
        static NONE: StageState =
            StageState { pages: BTreeMap::new(), failed: BTreeMap::new(), redo: None, after_due: None };
        self.stages.get(name).unwrap_or(&NONE)
    }
}
