use std::fs::File;

use super::file_lock::HeldLock;

/// The lock of a book, released when dropped or when the process dies.
#[derive(Debug)]
pub struct BookLock {
    _file: Option<HeldLock>,
}

impl BookLock {
    /// A lock held by `file` until it is closed.
    #[must_use]
    pub fn held_by(file: File) -> Self {
        Self { _file: Some(HeldLock(file)) }
    }

    /// A lock for a store that no other process can reach.
    #[must_use]
    pub fn alone() -> Self {
        Self { _file: None }
    }
}
