//! Storage of books. Everything else reads and writes through the narrow [`Store`] trait, so that pages can be kept in an object
//! store as well as in a folder.

mod file_lock;
mod folder;
mod folder_locks;
mod kept_files;
mod ledger_chain;
mod ledger_check;
mod ledger_ends;
mod ledger_files;
mod ledger_writer;
mod lock;
mod path;
mod remove_tree;
mod rename;
mod trash;
mod unfinished_book;

pub use folder::FolderStore;
pub use kept_files::{KeptFile, kept_file_name, kept_files, kept_files_of_page};
pub use lock::BookLock;
pub use path::{BookPath, BookPathError};
pub use rename::rename_new;
pub use trash::{Trash, TrashedBook};
pub use unfinished_book::UnfinishedBook;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::book::{ScanId, Shard};

/// A file of a book's ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerFile {
    /// Finished calls: `.ledger/<scan-id>@<number>.jsonl`, one file for each process that writes at a time. Each line carries its number and a
    /// hash of itself and the line before. `.ledger/<scan-id>.jsonl`, which earlier releases wrote, has neither.
    Ended,
    /// Calls about to be sent: `.ledger/<scan-id>@….sent`, one list for each process. After a crash, it shows which were in flight.
    Sent,
}

/// How far the files of a ledger have been read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerPosition {
    by_file: BTreeMap<String, u64>,
}

/// The result of checking the finished calls of a book's ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerCheck {
    /// Its files.
    pub files: usize,
    /// Those of an earlier release, without hashes.
    pub without_hashes: usize,
    /// The problems.
    pub faults: Vec<LedgerFault>,
}

/// A file of a ledger that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerFault {
    /// The file, in the library's folder.
    pub file: String,
    /// The problem.
    pub problem: String,
}

/// Storage of books: list, read, write atomically, lock.
pub trait Store: Send + Sync + 'static {
    /// The books, ascending.
    fn books(&self) -> Result<Vec<ScanId>, StoreError>;

    /// The names of the files in `folder` of a book, ascending; empty if the folder is missing. `""` is the book's own folder.
    fn list(&self, book: &ScanId, folder: &str) -> Result<Vec<String>, StoreError>;

    /// The contents of a file, or `None` if it is missing.
    fn read(&self, path: &BookPath) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes a file in one atomic step: readers find the old contents or the new, even after a crash.
    fn write(&self, path: &BookPath, contents: &[u8]) -> Result<(), StoreError>;

    /// Appends to a file, creating it if missing. For logs: not atomic, not synced.
    fn append(&self, path: &BookPath, bytes: &[u8]) -> Result<(), StoreError>;

    /// Appends lines to the book's ledger, which is outside the book and survives its removal: JSON objects, which must be complete. Finished calls are on disk when this
    /// returns; calls about to be sent survive the program, but not necessarily the machine.
    fn append_ledger(&self, book: &ScanId, file: LedgerFile, lines: &[u8]) -> Result<(), StoreError>;

    /// The book's ledger; empty if there is none.
    fn read_ledger(&self, book: &ScanId, file: LedgerFile) -> Result<Vec<u8>, StoreError> {
        self.read_ledger_since(book, file, &mut LedgerPosition::default())
    }

    /// The complete lines of the book's ledger from a position on, which is moved to their end.
    fn read_ledger_since(
        &self,
        book: &ScanId,
        file: LedgerFile,
        position: &mut LedgerPosition,
    ) -> Result<Vec<u8>, StoreError>;

    /// The complete lines of the ledgers of all books from positions on, which are moved to their ends.
    fn read_ledgers_since(
        &self,
        file: LedgerFile,
        positions: &mut BTreeMap<ScanId, LedgerPosition>,
    ) -> Result<Vec<(ScanId, Vec<u8>)>, StoreError> {
        let read = |book: ScanId| {
            let lines = self.read_ledger_since(&book, file, positions.entry(book.clone()).or_default())?;
            Ok((book, lines))
        };
        self.ledgers()?.into_iter().map(read).collect()
    }

    /// Checks the finished calls of the book's ledger: whether lines were modified, removed or moved.
    fn check_ledger(&self, book: &ScanId) -> Result<LedgerCheck, StoreError>;

    /// Passes the calls that other processes had in flight when they died to `settle`, which records how they ended, and removes their lists.
    fn settle_sent(
        &self,
        book: &ScanId,
        settle: &mut dyn FnMut(&[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Waits for the lock of the library's ledgers, under which a process reads what all have spent and reserves what it is about to spend.
    fn lock_ledger(&self) -> Result<BookLock, StoreError>;

    /// The books that have a ledger, ascending, including deleted ones.
    fn ledgers(&self) -> Result<Vec<ScanId>, StoreError>;

    /// Removes a file, if it exists.
    fn remove(&self, path: &BookPath) -> Result<(), StoreError>;

    /// Removes a folder of a book with its contents; the whole book for `""`, which is gone in one step.
    fn remove_folder(&self, book: &ScanId, folder: &str) -> Result<(), StoreError>;

    /// A local file with the contents of `path`, for worker processes to open.
    fn local(&self, path: &BookPath) -> Result<PathBuf, StoreError>;

    /// The folder that a worker process can open as the same library; `None` if the library is not a folder.
    fn folder(&self) -> Option<&Path> {
        None
    }

    /// The stamp of a file, or `None` if it is missing.
    fn stamp(&self, path: &BookPath) -> Result<Option<Stamp>, StoreError>;

    /// Locks the book for this process, or fails with the holder of the lock.
    fn lock(&self, book: &ScanId) -> Result<BookLock, StoreError>;

    /// Locks a shard of the book for this process. Other shards can be locked at the same time, but not the book.
    fn lock_shard(&self, book: &ScanId, shard: Shard) -> Result<BookLock, StoreError>;

    /// Waits for the lock under which a shard writes the book's reports.
    fn lock_report(&self, book: &ScanId) -> Result<BookLock, StoreError>;
}

/// Shows whether a file has changed since it was read: equal stamps mean equal contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Size.
    pub bytes: u64,
    /// Time of the last change, ns since 1970.
    pub modified_ns: u64,
    /// The file's inode, which differs for a replaced file even within one tick of the clock.
    pub inode: u64,
}

/// An error of a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
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
    /// A path that leads out of the library through a symbolic link.
    #[error("{} leads out of the library", path.display())]
    Outside {
        /// The path.
        path: PathBuf,
    },
    /// A symbolic link in the place of a book.
    #[error("{} is a symbolic link to {}, not a book", path.display(), target.display())]
    Link {
        /// The path.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A book of that id is in the library.
    #[error("a book `{book}` exists already")]
    Exists {
        /// The id.
        book: ScanId,
    },
    /// Another process restores books from the trash, or empties it.
    #[error("the trash is in use by another process")]
    TrashInUse,
    /// Another process works on the book.
    #[error("`{book}` is in use by {holder}")]
    Locked {
        /// The book.
        book: ScanId,
        /// Process and host, from the lock file.
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
