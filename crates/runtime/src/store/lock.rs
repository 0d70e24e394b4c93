use std::fs::File;

/// A book taken for this process; given back when it is dropped, or when the process dies.
#[derive(Debug)]
pub struct BookLock {
    _file: Option<File>,
}

impl BookLock {
    /// A lock that lasts as long as `file`, which holds it.
    #[must_use]
    pub fn held_by(file: File) -> Self {
        Self { _file: Some(file) }
    }

    /// A lock for a store that no other process can reach.
    #[must_use]
    pub fn alone() -> Self {
        Self { _file: None }
    }
}
