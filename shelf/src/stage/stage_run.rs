use crate::book::{BookMetadata, PageNumber, ScanId};

use super::Failure;

/// A hook behind a plain pointer.
#[derive(Clone, Copy)]
pub enum Hook {
    /// A `fn(&StageRun) -> Result<()>`.
    Blocking(fn(&StageRun) -> Result<(), Failure>),
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
