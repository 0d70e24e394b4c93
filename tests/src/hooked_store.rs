use std::path::PathBuf;

use shelf::book::{ScanId, Shard};
use shelf::store::{
    BookLock, BookPath, FolderStore, LedgerCheck, LedgerFile, LedgerPosition, Stamp, Store, StoreError,
};

type BeforeRead = Box<dyn Fn(&BookPath) + Send + Sync>;
type BeforeWrite = Box<dyn Fn(&BookPath) -> Result<(), StoreError> + Send + Sync>;

/// A folder store that calls a test before it reads or writes a file: to count reads, or to make writes fail.
pub struct HookedStore {
    store: FolderStore,
    before_read: BeforeRead,
    before_write: BeforeWrite,
}

impl HookedStore {
    /// A store that behaves like `store`.
    #[must_use]
    pub fn new(store: FolderStore) -> Self {
        Self { store, before_read: Box::new(|_| {}), before_write: Box::new(|_| Ok(())) }
    }

    /// Calls `hook` before a file is read.
    #[must_use]
    pub fn before_read(self, hook: impl Fn(&BookPath) + Send + Sync + 'static) -> Self {
        Self { before_read: Box::new(hook), ..self }
    }

    /// Calls `hook` before a file is written; where it fails, nothing is written.
    #[must_use]
    pub fn before_write(self, hook: impl Fn(&BookPath) -> Result<(), StoreError> + Send + Sync + 'static) -> Self {
        Self { before_write: Box::new(hook), ..self }
    }
}

impl Store for HookedStore {
    fn read(&self, path: &BookPath) -> Result<Option<Vec<u8>>, StoreError> {
        (self.before_read)(path);
        self.store.read(path)
    }
    fn write(&self, path: &BookPath, contents: &[u8]) -> Result<(), StoreError> {
        (self.before_write)(path)?;
        self.store.write(path, contents)
    }
    fn books(&self) -> Result<Vec<ScanId>, StoreError> {
        self.store.books()
    }
    fn list(&self, book: &ScanId, folder: &str) -> Result<Vec<String>, StoreError> {
        self.store.list(book, folder)
    }
    fn append(&self, path: &BookPath, bytes: &[u8]) -> Result<(), StoreError> {
        self.store.append(path, bytes)
    }
    fn append_ledger(&self, book: &ScanId, file: LedgerFile, lines: &[u8]) -> Result<(), StoreError> {
        self.store.append_ledger(book, file, lines)
    }
    fn read_ledger_since(
        &self,
        book: &ScanId,
        file: LedgerFile,
        position: &mut LedgerPosition,
    ) -> Result<Vec<u8>, StoreError> {
        self.store.read_ledger_since(book, file, position)
    }
    fn check_ledger(&self, book: &ScanId) -> Result<LedgerCheck, StoreError> {
        self.store.check_ledger(book)
    }
    fn settle_sent(
        &self,
        book: &ScanId,
        settle: &mut dyn FnMut(&[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.store.settle_sent(book, settle)
    }
    fn lock_ledger(&self) -> Result<BookLock, StoreError> {
        self.store.lock_ledger()
    }
    fn ledgers(&self) -> Result<Vec<ScanId>, StoreError> {
        self.store.ledgers()
    }
    fn remove(&self, path: &BookPath) -> Result<(), StoreError> {
        self.store.remove(path)
    }
    fn remove_folder(&self, book: &ScanId, folder: &str) -> Result<(), StoreError> {
        self.store.remove_folder(book, folder)
    }
    fn local(&self, path: &BookPath) -> Result<PathBuf, StoreError> {
        self.store.local(path)
    }
    fn stamp(&self, path: &BookPath) -> Result<Option<Stamp>, StoreError> {
        self.store.stamp(path)
    }
    fn lock(&self, book: &ScanId) -> Result<BookLock, StoreError> {
        self.store.lock(book)
    }
    fn lock_shard(&self, book: &ScanId, shard: Shard) -> Result<BookLock, StoreError> {
        self.store.lock_shard(book, shard)
    }
    fn lock_report(&self, book: &ScanId) -> Result<BookLock, StoreError> {
        self.store.lock_report(book)
    }
}
