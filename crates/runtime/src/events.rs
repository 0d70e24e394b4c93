//! Events of a run. The library emits them; the command line's reporter shows them.

use crate::book::{PageNumber, ScanId, Shard, Unit};
use crate::failure::Failure;

/// Something that happened in a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A run over a book begins.
    RunStarted {
        /// The book.
        book: ScanId,
        /// How many pages each stage may make, stages in order.
        jobs: Vec<(&'static str, usize)>,
    },
    /// A stage has started to make a page.
    Started(PageOf),
    /// A page was made.
    Done {
        /// The page.
        page: PageOf,
        /// Time in the stage's function, s.
        seconds: f64,
    },
    /// A page was kept: its inputs were made again and did not change.
    Kept(PageOf),
    /// A page failed.
    Failed {
        /// The page.
        page: PageOf,
        /// Why.
        failure: Failure,
    },
    /// A page failed and was skipped, as its stage requests.
    Skipped {
        /// The page.
        page: PageOf,
        /// Why.
        failure: Failure,
    },
    /// A page failed and was copied from a dependency.
    Copied {
        /// The page.
        page: PageOf,
        /// Why.
        failure: Failure,
    },
    /// A page failed transiently and will be retried.
    Retrying {
        /// The page.
        page: PageOf,
        /// Why.
        failure: Failure,
        /// How long it waits, s.
        wait_s: f64,
    },
    /// A page cannot be made.
    Blocked {
        /// The page.
        page: PageOf,
        /// By what.
        by: Blocker,
    },
    /// A report was written.
    Reported {
        /// The stage.
        stage: &'static str,
    },
    /// A stage reached its failure limit; its other pages are left.
    FailureLimitReached {
        /// The stage.
        stage: &'static str,
        /// How many failed, and what is allowed.
        why: String,
    },
    /// No more pages are started; those in flight are finished.
    Stopping,
}

/// A page of a stage; the whole book for a book stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageOf {
    /// The stage.
    pub stage: &'static str,
    /// The page or the book.
    pub unit: Unit,
}

/// Why a page is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blocker {
    /// A page of a dependency that failed.
    Failed(PageOf),
    /// A page of a dependency that was never made.
    Missing(PageOf),
    /// A page of a dependency that is itself blocked.
    Blocked(PageOf),
    /// A page of a dependency whose file is damaged.
    Damaged(PageOf),
    /// A page of a dependency that was left out: `on_error = skip`.
    Skipped(PageOf),
    /// A page of a dependency that was left because its stage reached its failure limit.
    Left(PageOf),
    /// A page that was modified by hand, or is made from one that was.
    Modified(PageOf),
    /// The page has no scan.
    NoScan(PageNumber),
    /// The scan of the page cannot be used: why.
    UnreadableScan(PageNumber, String),
    /// The stage's `before` hook failed, or its `after` hook could not be recorded.
    Before(String),
    /// A page that another shard makes, and has not made yet.
    OtherShard(PageOf, Shard),
}

/// One line: `ocr page 3: done`.
impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RunStarted { book, jobs } => {
                write!(f, "{book}: {} jobs", jobs.iter().map(|(_, pages)| pages).sum::<usize>())
            }
            Self::Started(page) => write!(f, "{page}: started"),
            Self::Done { page, .. } => write!(f, "{page}: done"),
            Self::Kept(page) => write!(f, "{page}: kept"),
            Self::Failed { page, failure } => write!(f, "{page}: failed: {failure}"),
            Self::Skipped { page, failure } => write!(f, "{page}: skipped: {failure}"),
            Self::Copied { page, failure } => write!(f, "{page}: copied: {failure}"),
            Self::Retrying { page, failure, .. } => write!(f, "{page}: to be tried again: {failure}"),
            Self::Blocked { page, by } => write!(f, "{page}: blocked: {by}"),
            Self::Reported { stage } => write!(f, "{stage}: report written"),
            Self::FailureLimitReached { stage, why } => write!(f, "{stage}: failure limit reached: {why}"),
            Self::Stopping => f.write_str("stopping"),
        }
    }
}

impl std::fmt::Display for PageOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.unit {
            Unit::Page(page) => write!(f, "{} page {page}", self.stage),
            Unit::Book => f.write_str(self.stage),
        }
    }
}

impl std::fmt::Display for Blocker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(page) => write!(f, "{page} failed"),
            Self::Missing(page) => write!(f, "{page} is not made"),
            Self::Blocked(page) => write!(f, "{page} is blocked"),
            Self::Damaged(page) => write!(f, "{page} is damaged"),
            Self::Skipped(page) => write!(f, "{page} was skipped"),
            Self::Left(page) => write!(f, "{page} is left to do"),
            Self::Modified(page) => write!(f, "{page} was modified by hand"),
            Self::NoScan(page) => write!(f, "page {page} has no scan"),
            Self::UnreadableScan(page, problem) => write!(f, "the scan of page {page} cannot be used: {problem}"),
            Self::Before(error) => f.write_str(error),
            Self::OtherShard(page, shard) => write!(f, "{page} is left to shard {shard}"),
        }
    }
}

/// Receives events.
pub trait Listener: Send + Sync {
    /// Something happened.
    fn on(&self, event: &Event);
}

impl<F: Fn(&Event) + Send + Sync> Listener for F {
    fn on(&self, event: &Event) {
        self(event);
    }
}
