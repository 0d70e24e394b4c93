use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::ledger_files::OwnSent;
use super::ledger_writer::OwnEnded;
use super::trash::Trash;
use super::unfinished_book;
use super::{BookLock, BookPath, LedgerCheck, LedgerFile, LedgerPosition, Stamp, Store, StoreError};
use crate::book::{ScanId, Shard};

/// A library in a folder, with a subfolder for each book.
#[derive(Debug, Clone)]
pub struct FolderStore {
    root: PathBuf,
    pub(super) own_sent: OwnSent,
    pub(super) own_ended: OwnEnded,
}

/// Prefix of the names of files that are being written.
pub(super) const HALF_WRITTEN: &str = ".write-";
/// A folder is a book if it contains this file.
const METADATA_FILE: &str = "metadata.json";

impl FolderStore {
    /// Opens the library in `root`, creating it if missing.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(root).map_err(io_error("make the library", root))?;
        Self::at(root)
    }

    /// The library in `root`, which need not exist: nothing is created.
    pub fn at(root: &Path) -> Result<Self, StoreError> {
        let found = match root.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => std::path::absolute(root),
            found => found,
        };
        let root = found.map_err(io_error("open the library", root))?;
        Ok(Self { root, own_sent: OwnSent::default(), own_ended: OwnEnded::default() })
    }

    /// The library's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A book's folder.
    #[must_use]
    pub fn book_folder(&self, book: &ScanId) -> PathBuf {
        self.root.join(book.as_str())
    }

    /// Removes what processes that died have left in the library: unfinished books, and the rest of books that were being removed from the
    /// trash. What another process is using stays.
    pub fn clean_up(&self) -> Result<(), StoreError> {
        if !self.root.is_dir() {
            return Ok(());
        }
        unfinished_book::clean_up(&self.root)?;
        Trash::of(self).clean_up()
    }

    /// The path of a file or folder beside the books, such as `shelf.toml`.
    ///
    /// # Errors
    /// It is a symbolic link that leads out of the library, or has one in it.
    pub fn beside_books(&self, name: &str) -> Result<PathBuf, StoreError> {
        let path = self.inside(self.root.join(name))?;
        if path.is_dir() {
            self.refuse_links_in(&path)?;
        }
        Ok(path)
    }

    /// Looks for symbolic links in a book that lead out of the library, before its files are read and linked without the store.
    ///
    /// # Errors
    /// There is one, or the book cannot be read.
    pub fn refuse_links_outside(&self, book: &ScanId) -> Result<(), StoreError> {
        self.refuse_links_in(&self.inside(self.book_folder(book))?)
    }

    fn refuse_links_in(&self, folder: &Path) -> Result<(), StoreError> {
        for entry in fs::read_dir(folder).map_err(io_error("list", folder))? {
            let entry = entry.map_err(io_error("list", folder))?;
            let kind = entry.file_type().map_err(io_error("look at", folder))?;
            if kind.is_dir() {
                self.refuse_links_in(&entry.path())?;
            } else if kind.is_symlink() {
                self.inside(entry.path())?;
            }
        }
        Ok(())
    }

    fn file(&self, path: &BookPath) -> Result<PathBuf, StoreError> {
        self.inside(self.book_folder(path.book()).join(path.relative()))
    }

    /// Refuses a path whose existing part leads out of the library through a symbolic link.
    pub(super) fn inside(&self, path: PathBuf) -> Result<PathBuf, StoreError> {
        let existing = path.ancestors().find(|part| part.symlink_metadata().is_ok()).unwrap_or(&self.root);
        match existing.canonicalize() {
            Ok(real) if real.starts_with(&self.root) => Ok(path),
            // A link to nothing would be followed when a file is made.
            Err(error) if error.kind() == io::ErrorKind::NotFound && existing.is_symlink() => {
                Err(StoreError::Outside { path })
            }
            Ok(_) => Err(StoreError::Outside { path }),
            Err(source) => Err(StoreError::Io { action: "open", path, source }),
        }
    }
}

pub(super) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}

impl Store for FolderStore {
    fn books(&self) -> Result<Vec<ScanId>, StoreError> {
        let mut books = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(io_error("list", &self.root))? {
            let entry = entry.map_err(io_error("list", &self.root))?;
            if let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok())
                && entry.path().join(METADATA_FILE).is_file()
            {
                books.push(id);
            }
        }
        books.sort();
        Ok(books)
    }

    fn list(&self, book: &ScanId, folder: &str) -> Result<Vec<String>, StoreError> {
        let path = self.inside(self.book_folder(book).join(folder))?;
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io_error("list", &path))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io_error("list", &path))?;
            if let Ok(name) = entry.file_name().into_string()
                && !name.starts_with('.')
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn read(&self, path: &BookPath) -> Result<Option<Vec<u8>>, StoreError> {
        let file = self.file(path)?;
        match fs::read(&file) {
            Ok(contents) => Ok(Some(contents)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(io_error("read", &file)(error)),
        }
    }

    fn write(&self, path: &BookPath, contents: &[u8]) -> Result<(), StoreError> {
        let file = self.file(path)?;
        let folder = file.parent().expect("a file of a book is in a folder");
        let written = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            let mut temporary =
                tempfile::Builder::new().prefix(HALF_WRITTEN).permissions(usual_permissions()).tempfile_in(folder)?;
            temporary.write_all(contents)?;
            temporary.as_file().sync_all()?;
            temporary.persist(&file)?;
            File::open(folder)?.sync_all()
        };
        written().map_err(io_error("write", &file))
    }

    fn append(&self, path: &BookPath, bytes: &[u8]) -> Result<(), StoreError> {
        let file = self.file(path)?;
        let folder = file.parent().expect("a file of a book is in a folder");
        fs::create_dir_all(folder)
            .and_then(|()| OpenOptions::new().create(true).append(true).open(&file)?.write_all(bytes))
            .map_err(io_error("write", &file))
    }

    fn append_ledger(&self, book: &ScanId, file: LedgerFile, lines: &[u8]) -> Result<(), StoreError> {
        self.append_to_ledger(book, file, lines)
    }

    fn read_ledger_since(
        &self,
        book: &ScanId,
        file: LedgerFile,
        position: &mut LedgerPosition,
    ) -> Result<Vec<u8>, StoreError> {
        self.read_ledger_files(book, file, position)
    }

    fn read_ledgers_since(
        &self,
        file: LedgerFile,
        positions: &mut BTreeMap<ScanId, LedgerPosition>,
    ) -> Result<Vec<(ScanId, Vec<u8>)>, StoreError> {
        self.read_all_ledger_files(file, positions)
    }

    fn check_ledger(&self, book: &ScanId) -> Result<LedgerCheck, StoreError> {
        self.check_ledger_files(book)
    }

    fn settle_sent(
        &self,
        book: &ScanId,
        settle: &mut dyn FnMut(&[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.settle_sent_files(book, settle)
    }

    fn lock_ledger(&self) -> Result<BookLock, StoreError> {
        self.lock_ledgers()
    }

    fn ledgers(&self) -> Result<Vec<ScanId>, StoreError> {
        self.books_with_ledger()
    }

    fn remove(&self, path: &BookPath) -> Result<(), StoreError> {
        let file = self.file(path)?;
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("remove", &file)(error)),
            _ => Ok(()),
        }
    }

    fn remove_folder(&self, book: &ScanId, folder: &str) -> Result<(), StoreError> {
        if folder.is_empty() {
            // In one step, so that nobody finds half a book.
            let trash = Trash::of(self);
            return trash.remove(&trash.discard_locked(book)?, &|| false).map(drop);
        }
        let path = self.inside(self.book_folder(book).join(folder))?;
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("remove", &path)(error)),
            _ => Ok(()),
        }
    }

    fn local(&self, path: &BookPath) -> Result<PathBuf, StoreError> {
        self.file(path)
    }

    fn folder(&self) -> Option<&Path> {
        Some(&self.root)
    }

    fn stamp(&self, path: &BookPath) -> Result<Option<Stamp>, StoreError> {
        let file = self.file(path)?;
        match fs::metadata(&file).and_then(|found| Ok((found.modified()?, found))) {
            Ok((modified, found)) => Ok(Some(Stamp {
                bytes: found.len(),
                modified_ns: modified.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos() as u64),
                inode: found.ino(),
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error("look at", &file)(error)),
        }
    }

    fn lock(&self, book: &ScanId) -> Result<BookLock, StoreError> {
        self.lock_book(book)
    }

    fn lock_shard(&self, book: &ScanId, shard: Shard) -> Result<BookLock, StoreError> {
        self.lock_one_shard(book, shard)
    }

    fn lock_report(&self, book: &ScanId) -> Result<BookLock, StoreError> {
        self.wait_for_report_lock(book)
    }
}

/// Those of any new file, of which the umask takes away its part; otherwise a temporary file would be readable by its owner only.
pub(super) fn usual_permissions() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o666)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> (tempfile::TempDir, FolderStore, ScanId) {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        (folder, store, "florida".parse().unwrap())
    }

    #[test]
    fn writes_atomically_without_leftovers() {
        let (_folder, store, book) = library();
        let path = BookPath::new(&book, "ocr/page_0001.json").unwrap();
        assert_eq!(store.read(&path).unwrap(), None);
        store.write(&path, b"one").unwrap();
        store.write(&path, b"two").unwrap();
        assert_eq!(store.read(&path).unwrap().as_deref(), Some(b"two".as_slice()));
        let left: Vec<_> =
            fs::read_dir(store.book_folder(&book).join("ocr")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["page_0001.json"]);
    }

    #[test]
    fn files_have_the_permissions_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, store, book) = library();
        let path = BookPath::new(&book, "ocr/page_0001.json").unwrap();
        store.write(&path, b"one").unwrap();
        // What a file made here gets, whatever the umask.
        let other = store.book_folder(&book).join("other");
        fs::write(&other, "").unwrap();
        let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode(&store.file(&path).unwrap()), mode(&other));
    }

    #[test]
    fn a_link_out_of_the_library_is_refused() {
        let (_folder, store, book) = library();
        let outside = tempfile::tempdir().unwrap();
        fs::create_dir(store.book_folder(&book)).unwrap();
        std::os::unix::fs::symlink(outside.path(), store.book_folder(&book).join("ocr")).unwrap();
        let path = BookPath::new(&book, "ocr/page_0001.json").unwrap();
        assert!(matches!(store.write(&path, b"x"), Err(StoreError::Outside { .. })));
        assert!(matches!(store.read(&path), Err(StoreError::Outside { .. })));
        assert!(matches!(store.remove_folder(&book, "ocr"), Err(StoreError::Outside { .. })));
        assert!(matches!(store.append(&path, b"x"), Err(StoreError::Outside { .. })));
        assert!(matches!(store.list(&book, "ocr"), Err(StoreError::Outside { .. })));
        assert!(matches!(store.stamp(&path), Err(StoreError::Outside { .. })));
        assert!(matches!(store.remove(&path), Err(StoreError::Outside { .. })));
        assert!(matches!(store.refuse_links_outside(&book), Err(StoreError::Outside { .. })));
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }

    #[test]
    fn files_of_a_ledger_are_not_followed_out_of_the_library() {
        for name in ["", "/florida@1.jsonl", "/florida.ends", "/.writer-1", "/.lock"] {
            for exists in [false, true] {
                let (_folder, store, book) = library();
                let outside = tempfile::tempdir().unwrap();
                let target = outside.path().join("target");
                match (exists, name) {
                    (false, _) => {}
                    (true, "") => fs::create_dir(&target).unwrap(),
                    (true, _) => fs::write(&target, "").unwrap(),
                }
                if !name.is_empty() {
                    fs::create_dir(store.root().join(".ledger")).unwrap();
                }
                std::os::unix::fs::symlink(&target, store.root().join(format!(".ledger{name}"))).unwrap();
                let refused =
                    store.lock_ledger().map(drop).and_then(|()| store.append_ledger(&book, LedgerFile::Ended, b"{}\n"));
                assert!(refused.is_err(), "{name}");
                let is_untouched =
                    if exists { fs::read(&target).map_or(0, |bytes| bytes.len()) == 0 } else { !target.exists() };
                assert!(is_untouched, "{name}");
                assert!(!target.is_dir() || fs::read_dir(&target).unwrap().count() == 0, "{name}");
            }
        }
    }
}
