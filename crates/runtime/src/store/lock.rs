use std::fs::File;

use super::file_lock::HeldLock;

/// The lock of a book, released when dropped or when the process dies.
#[derive(Debug)]
pub struct BookLock {
    _files: Vec<HeldLock>,
}

impl BookLock {
    /// A lock held by `file` until it is closed.
    #[must_use]
    pub fn held_by(file: File) -> Self {
        Self { _files: vec![HeldLock(file)] }
    }

    pub(super) fn held_by_all(files: impl IntoIterator<Item = HeldLock>) -> Self {
        Self { _files: files.into_iter().collect() }
    }

    /// A lock for a store that no other process can reach.
    #[must_use]
    pub fn alone() -> Self {
        Self { _files: Vec::new() }
    }
}
