//! Where books lie. Everything else reads and writes through the narrow [`Store`] trait, so that pages can live in an object
//! store as well as in a folder.

mod folder;
mod lock;
mod path;

pub use folder::FolderStore;
pub use lock::BookLock;
pub use path::{BookPath, BookPathError};

use std::io;
use std::path::{Path, PathBuf};

use crate::book::ScanId;

/// A file of a book's ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerFile {
    /// What has ended: `.ledger/<scan-id>.jsonl`.
    Ended,
    /// What was sent, before it was: `.ledger/<scan-id>.sent`. After a crash it tells what was on its way.
    Sent,
}

/// Where books lie: list, read, write atomically, lock.
pub trait Store: Send + Sync + 'static {
    /// The books, ascending.
    fn books(&self) -> Result<Vec<ScanId>, StoreError>;

    /// The names of the files in `folder` of a book, ascending; none where the folder is missing. `""` is the book's own folder.
    fn list(&self, book: &ScanId, folder: &str) -> Result<Vec<String>, StoreError>;

    /// The contents of a file, or `None` where it is missing.
    fn read(&self, path: &BookPath) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes a file in one atomic step: whoever reads finds the old contents or the new, also after a crash.
    fn write(&self, path: &BookPath, contents: &[u8]) -> Result<(), StoreError>;

    /// Adds to the end of a file, which is made where it is missing. For logs: not atomic, not synced.
    fn append(&self, path: &BookPath, bytes: &[u8]) -> Result<(), StoreError>;

    /// Adds lines to the book's ledger, which is no part of the book: no removal of a folder removes it. What has ended is on disk when this
    /// returns; what was sent outlives the program, and need not outlive the machine.
    fn append_ledger(&self, book: &ScanId, file: LedgerFile, lines: &[u8]) -> Result<(), StoreError>;

    /// The book's ledger; empty where there is none.
    fn read_ledger(&self, book: &ScanId, file: LedgerFile) -> Result<Vec<u8>, StoreError>;

    /// Forgets what was on its way, since the ledger says now how it ended.
    fn clear_sent(&self, book: &ScanId) -> Result<(), StoreError>;

    /// The books that have a ledger, ascending; also those that are gone.
    fn ledgers(&self) -> Result<Vec<ScanId>, StoreError>;

    /// Removes a file; it is no error when it is missing.
    fn remove(&self, path: &BookPath) -> Result<(), StoreError>;

    /// Removes a folder of a book with all that is in it; the whole book for `""`.
    fn remove_folder(&self, book: &ScanId, folder: &str) -> Result<(), StoreError>;

    /// A local file with the contents of `path`, for worker processes to open.
    fn local(&self, path: &BookPath) -> Result<PathBuf, StoreError>;

    /// The folder that a worker process can open as this same library; `None` where the books lie in none.
    fn folder(&self) -> Option<&Path> {
        None
    }

    /// What tells whether a file has changed, or `None` where it is missing.
    fn stamp(&self, path: &BookPath) -> Result<Option<Stamp>, StoreError>;

    /// Takes the book for this process, or says who has it.
    fn lock(&self, book: &ScanId) -> Result<BookLock, StoreError>;
}

/// What tells whether a file has changed since it was read: two equal stamps, the same contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Size.
    pub bytes: u64,
    /// Time of the last change, ns since 1970.
    pub modified_ns: u64,
    /// The file's number in its file system. A file that is replaced has another, also within one tick of the clock.
    pub inode: u64,
}

/// What can go wrong in a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Reading or writing failed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// `read`, `write`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A path that leaves the library, through a link.
    #[error("{} leads out of the library", path.display())]
    Outside {
        /// The path.
        path: PathBuf,
    },
    /// Another process works on the book.
    #[error("`{book}` is in use by {holder}")]
    Locked {
        /// The book.
        book: ScanId,
        /// Process and host, as they stand in the lock file.
        holder: String,
    },
}

impl StoreError {
    /// Whether the disk is full.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        matches!(self, Self::Io { source, .. } if matches!(source.kind(), StorageFull | QuotaExceeded))
    }
}
