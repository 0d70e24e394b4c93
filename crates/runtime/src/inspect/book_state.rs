use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{PageSummary, RecordSummary};
use crate::book::{BookMetadata, PageNumber, ScanId, ScanMetadata, Unit};
use crate::events::PageOf;
use crate::failure::Failure;
use crate::record::{AfterDue, FailedRecord, Hash, OutputHash, RedoMarker};
use crate::store::Stamp;

/// A book as it lies in the library.
#[derive(Debug, Clone)]
pub struct BookState {
    /// The folder of the library; `None` if it is not a folder.
    pub library: Option<PathBuf>,
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
    /// The hashes of the files that are kept for pages, by folder: those that a stage reads.
    pub kept: BTreeMap<&'static str, BTreeMap<PageNumber, Hash>>,
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
    /// The stamps of the image and of its metadata when they were read.
    pub(super) stamps: [Option<Stamp>; 2],
}

/// The pages of a stage in the library; a book stage has one.
#[derive(Debug, Clone, Default)]
pub struct StageState {
    /// Pages that are there.
    pub pages: BTreeMap<Unit, PageState>,
    /// The stamps of their files when they were read.
    pub(super) stamps: BTreeMap<Unit, Stamp>,
    /// Failures that are noted.
    pub failed: BTreeMap<Unit, FailedRecord>,
    /// A `--redo` that is not finished.
    pub redo: Option<RedoMarker>,
    /// An `after` hook that is still to be called.
    pub after_due: Option<AfterDue>,
}

/// A page's file.
#[derive(Debug, Clone, PartialEq)]
pub enum PageState {
    /// It is valid.
    Valid(PageSummary),
    /// It is not a valid page: truncated, modified, or of another schema.
    Damaged(String),
    /// It was modified after it was written, and its stage takes what a person knows ([`Kept`](crate::stage::ExternalInput::Kept)): no run
    /// overwrites it.
    Modified(String),
}

impl BookState {
    /// What resources are opened from: the folder of the library, the book, and what is known of it.
    pub(crate) fn shared(&self) -> (Option<&Path>, &ScanId, &BookMetadata) {
        (self.library.as_deref(), &self.id, &self.metadata)
    }

    /// What is known of a page that is there and valid.
    #[must_use]
    pub fn page(&self, of: PageOf) -> Option<&PageSummary> {
        match self.stage(of.stage).pages.get(&of.unit)? {
            PageState::Valid(page) => Some(page),
            PageState::Damaged(_) | PageState::Modified(_) => None,
        }
    }

    /// How a page was made that is there and valid; a page of the original tool has no record.
    #[must_use]
    pub fn record(&self, of: PageOf) -> Option<&RecordSummary> {
        self.page(of)?.record.as_deref()
    }

    /// The hash of the output of a page that is there and valid.
    #[must_use]
    pub fn hash(&self, of: PageOf) -> Option<&OutputHash> {
        self.page(of).map(|page| &page.hash)
    }

    /// Notes that a page was written.
    pub(crate) fn written(&mut self, of: PageOf, page: PageSummary) {
        let stage = self.stages.get_mut(of.stage).expect("a book state has every stage of the registry");
        stage.pages.insert(of.unit, PageState::Valid(page));
        stage.stamps.remove(&of.unit);
        stage.failed.remove(&of.unit);
    }

    /// The state of a stage.
    #[must_use]
    pub fn stage(&self, name: &str) -> &StageState {
        static NONE: StageState = StageState {
            pages: BTreeMap::new(),
            stamps: BTreeMap::new(),
            failed: BTreeMap::new(),
            redo: None,
            after_due: None,
        };
        self.stages.get(name).unwrap_or(&NONE)
    }
}
