//! What happens while shelf works. The library tells; the command line's reporter draws.

use crate::book::{PageNumber, ScanId, Unit};
use crate::failure::Failure;

/// Something that happened in a run.
#[derive(Debug, Clone)]
pub enum Event {
    /// A run over a book begins.
    RunStarted {
        /// The book.
        book: ScanId,
        /// How many pages each stage may make, stages in order.
        jobs: Vec<(&'static str, usize)>,
    },
    /// A page is on its way through a stage.
    Started(PageOf),
    /// A page was made.
    Done {
        /// The page.
        page: PageOf,
        /// Time in the stage's function, s.
        seconds: f64,
    },
    /// A page turned out to need nothing: its inputs were made again and are the same.
    Kept(PageOf),
    /// A page failed.
    Failed {
        /// The page.
        page: PageOf,
        /// Why.
        failure: Failure,
    },
    /// A page failed, and its stage says that it is left out.
    Skipped {
        /// The page.
        page: PageOf,
        /// Why.
        failure: Failure,
    },
    /// A page failed, and is a copy of a dependency's.
    Copied {
        /// The page.
        page: PageOf,
        /// Why.
        failure: Failure,
    },
    /// A page failed in passing, and will be tried again.
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
    /// More pages of a stage failed than it allows; its other pages are left.
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

/// What keeps a page from being made.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// A page of a dependency that was left to do: its stage reached its failure limit.
    Left(PageOf),
    /// The page has no scan.
    NoScan(PageNumber),
    /// The stage's `before` hook failed, or its `after` hook could not be noted.
    Before(String),
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
            Self::NoScan(page) => write!(f, "page {page} has no scan"),
            Self::Before(error) => f.write_str(error),
        }
    }
}

/// Who is told.
pub trait Listener: Send + Sync {
    /// Something happened.
    fn on(&self, event: &Event);
}

impl<F: Fn(&Event) + Send + Sync> Listener for F {
    fn on(&self, event: &Event) {
        self(event);
    }
}
