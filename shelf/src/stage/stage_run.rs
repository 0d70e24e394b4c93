use crate::book::{BookMetadata, PageNumber, ScanId};

use super::Failure;

/// A hook behind a plain pointer.
#[derive(Clone, Copy)]
pub enum Hook {
    /// A `fn(&StageRun) -> Result<()>`.
    Blocking(fn(&StageRun) -> Result<(), Failure>),
}

/// The hook that `before = path` or `after = path` names. Called by the expansion of `#[stage]`.
#[must_use]
pub const fn hook(function: fn(&StageRun) -> Result<(), Failure>) -> Option<Hook> {
    Some(Hook::Blocking(function))
}

/// What a `before` or `after` hook is told of its stage's run over a book.
#[derive(Debug, Clone)]
pub struct StageRun {
    /// The book.
    pub book: ScanId,
    /// What is known of it.
    pub metadata: BookMetadata,
    /// The pages asked for, ascending.
    pub pages: Vec<PageNumber>,
    /// Pages of this stage that are done. In `before`: those that are kept.
    pub done: usize,
    /// Pages that failed in this run.
    pub failed: usize,
}
