use std::fs::{self, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::file_lock::{HeldLock, open_lock};
use super::folder::{FolderStore, io_error};
use super::remove_tree::remove_tree;
use super::rename::{rename_new, sync_folder};
use super::{Store, StoreError};
use crate::book::{BookMetadata, ScanId};
use crate::clock::now;

/// The folder of deleted books. A book's id does not begin with a dot.
const TRASH: &str = ".trash";
/// Prefix of books that are being removed: they are no longer listed.
const REMOVING: &str = ".removing-";
const LOCK_FILE: &str = ".lock";
/// The time in a folder's name, in UTC.
const TIME: &str = "%Y-%m-%dT%H%M%S%.6fZ";

/// The deleted books of a library: `.trash/<scan-id>@<time>`, the folders of the books as they were.
#[derive(Debug, Clone, Copy)]
pub struct Trash<'a> {
    store: &'a FolderStore,
}

/// A book in the trash.
#[derive(Debug, Clone, PartialEq)]
pub struct TrashedBook {
    /// Its id.
    pub book: ScanId,
    /// When it was deleted.
    pub deleted: Timestamp,
    /// Its metadata, if they can be read.
    pub metadata: Option<BookMetadata>,
    /// The name of its folder in the trash, which is unique.
    pub name: String,
}

impl<'a> Trash<'a> {
    /// The trash of a library.
    #[must_use]
    pub fn of(store: &'a FolderStore) -> Self {
        Self { store }
    }

    fn folder(self) -> PathBuf {
        self.store.root().join(TRASH)
    }

    /// The deleted books, by id, the last deleted first.
    pub fn list(self) -> Result<Vec<TrashedBook>, StoreError> {
        let mut books: Vec<TrashedBook> = self.names()?.iter().filter_map(|name| self.trashed(name)).collect();
        books.sort_by(|a, b| (&a.book, b.deleted).cmp(&(&b.book, a.deleted)));
        Ok(books)
    }

    /// Moves a book into the trash, in one step.
    ///
    /// # Errors
    /// It is missing, in use, or a symbolic link to another book.
    pub fn discard(self, book: &ScanId) -> Result<TrashedBook, StoreError> {
        let folder = self.store.book_folder(book);
        if let Ok(target) = fs::read_link(&folder) {
            return Err(StoreError::Link { path: folder, target });
        }
        let _lock = self.store.lock(book)?;
        self.discard_locked(book)
    }

    /// Moves a book into the trash. Only for the holder of its lock.
    pub(super) fn discard_locked(self, book: &ScanId) -> Result<TrashedBook, StoreError> {
        let (trash, folder) = (self.made()?, self.store.book_folder(book));
        let (deleted, name) = loop {
            let deleted = now();
            let name = format!("{book}@{}", deleted.strftime(TIME));
            match rename_new(&folder, &trash.join(&name)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                moved => break moved.map(|()| (deleted, name)).map_err(io_error("move to the trash", &folder))?,
            }
        };
        sync_folder(&trash)
            .and_then(|()| sync_folder(self.store.root()))
            .map_err(io_error("write", self.store.root()))?;
        Ok(TrashedBook { book: book.clone(), deleted, metadata: self.metadata(&name), name })
    }

    /// Moves a book back into the library, in one step, with the id `id`.
    ///
    /// # Errors
    /// Another book has that id.
    pub fn restore(self, book: &TrashedBook, id: &ScanId) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        let (from, to) = (self.made()?.join(&book.name), self.store.book_folder(id));
        match rename_new(&from, &to) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(StoreError::Exists { book: id.clone() });
            }
            moved => moved.map_err(io_error("restore", &from))?,
        }
        sync_folder(self.store.root()).map_err(io_error("write", self.store.root()))
    }

    /// Removes a book permanently; `stop` is asked before each file. Returns whether all of it is removed: if not, the next process
    /// removes the rest.
    pub fn remove(self, book: &TrashedBook, stop: &dyn Fn() -> bool) -> Result<bool, StoreError> {
        let _lock = self.lock()?;
        let trash = self.made()?;
        let (from, to) = (trash.join(&book.name), trash.join(format!("{REMOVING}{}", book.name)));
        rename_new(&from, &to).and_then(|()| sync_folder(&trash)).map_err(io_error("remove", &from))?;
        remove_tree(&to, stop).map_err(io_error("remove", &to))
    }

    /// Size of a book's files, bytes.
    pub fn size_bytes(self, book: &TrashedBook) -> Result<u64, StoreError> {
        let folder = self.folder().join(&book.name);
        tree_bytes(&folder).map_err(io_error("measure", &folder))
    }

    /// Removes what is left of books that were being removed when their process died. Leaves it to another process that is at work there.
    pub(super) fn clean_up(self) -> Result<(), StoreError> {
        let is_left = |name: &String| name.starts_with(REMOVING);
        if !self.names()?.iter().any(is_left) {
            return Ok(());
        }
        let _lock = match self.lock() {
            Err(StoreError::TrashInUse) => return Ok(()),
            lock => lock?,
        };
        for name in self.names()?.into_iter().filter(is_left) {
            let path = self.folder().join(name);
            remove_tree(&path, &|| false).map_err(io_error("remove", &path))?;
        }
        Ok(())
    }

    /// The folder of the trash, made where it is missing. A symbolic link in its place is refused.
    fn made(self) -> Result<PathBuf, StoreError> {
        let folder = self.folder();
        match fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(io_error("make", &folder)(error)),
            _ if is_folder(&folder) => Ok(folder),
            _ => Err(StoreError::Outside { path: folder }),
        }
    }

    fn lock(self) -> Result<HeldLock, StoreError> {
        let path = self.made()?.join(LOCK_FILE);
        let lock = open_lock(&path).map_err(io_error("open", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(HeldLock(lock)),
            Err(TryLockError::WouldBlock) => Err(StoreError::TrashInUse),
            Err(TryLockError::Error(error)) => Err(io_error("lock", &path)(error)),
        }
    }

    /// The names of the folders in the trash.
    fn names(self) -> Result<Vec<String>, StoreError> {
        let folder = self.folder();
        if !is_folder(&folder) {
            return Ok(Vec::new());
        }
        let list = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    names.extend(entry.file_name().into_string());
                }
            }
            Ok(names)
        };
        list().map_err(io_error("list", &folder))
    }

    fn trashed(self, name: &str) -> Option<TrashedBook> {
        let (book, time) = name.split_once('@')?;
        let deleted = DateTime::strptime(TIME, time).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
        Some(TrashedBook { book: book.parse().ok()?, deleted, metadata: self.metadata(name), name: name.to_owned() })
    }

    fn metadata(self, name: &str) -> Option<BookMetadata> {
        let file = self.store.inside(self.folder().join(name).join("metadata.json")).ok()?;
        let bytes = fs::read(file).ok()?;
        serde_json::from_slice(&bytes).ok()
    }
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

fn tree_bytes(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?;
        bytes += if found.is_dir() { tree_bytes(&entry.path())? } else { found.len() };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn library() -> (tempfile::TempDir, FolderStore, ScanId) {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let book = "florida".parse().unwrap();
        add(&store, &book, "one");
        (folder, store, book)
    }

    fn add(store: &FolderStore, book: &ScanId, title: &str) {
        let folder = store.book_folder(book);
        fs::create_dir_all(folder.join("ocr/failed")).unwrap();
        fs::write(folder.join("metadata.json"), format!(r#"{{"title": "{title}", "total_pages": 2}}"#)).unwrap();
        for page in 1..=3 {
            fs::write(folder.join(format!("ocr/page_000{page}.json")), "{}").unwrap();
        }
    }

    fn titles(store: &FolderStore) -> Vec<String> {
        let title = |book: TrashedBook| book.metadata.unwrap().title.unwrap();
        Trash::of(store).list().unwrap().into_iter().map(title).collect()
    }

    #[test]
    fn a_deleted_book_is_listed_with_its_date_and_restored() {
        let (_folder, store, book) = library();
        let trash = Trash::of(&store);
        let before = now();
        let deleted = trash.discard(&book).unwrap();
        assert!((before..=now()).contains(&deleted.deleted));
        assert_eq!((store.books().unwrap(), trash.list().unwrap()), (vec![], vec![deleted.clone()]));
        assert!(trash.size_bytes(&deleted).unwrap() > 40);
        let other: ScanId = "georgia".parse().unwrap();
        trash.restore(&deleted, &other).unwrap();
        assert_eq!((store.books().unwrap(), trash.list().unwrap()), (vec![other], vec![]));
    }

    #[test]
    fn the_last_deleted_of_several_is_first_and_none_replaces_a_book() {
        let (_folder, store, book) = library();
        let trash = Trash::of(&store);
        trash.discard(&book).unwrap();
        add(&store, &book, "two");
        trash.discard(&book).unwrap();
        assert_eq!(titles(&store), ["two", "one"]);
        add(&store, &book, "three");
        let refused = trash.restore(&trash.list().unwrap()[0], &book).unwrap_err();
        assert!(matches!(refused, StoreError::Exists { .. }), "{refused}");
        assert_eq!(titles(&store), ["two", "one"]);
    }

    #[test]
    fn a_removal_that_was_cut_short_is_finished_by_the_next_process() {
        for step in 0..7 {
            let (_folder, store, book) = library();
            let trash = Trash::of(&store);
            let deleted = trash.discard(&book).unwrap();
            let left = Cell::new(step);
            let stop = || left.replace(left.get() - 1) == 0;
            assert!(!trash.remove(&deleted, &stop).unwrap());
            assert_eq!(trash.list().unwrap(), [], "half a book is not offered");
            let held = trash.lock().unwrap();
            store.clean_up().unwrap();
            assert_eq!(trash.names().unwrap().len(), 1, "another process is at it");
            drop(held);
            store.clean_up().unwrap();
            assert_eq!(trash.names().unwrap(), Vec::<String>::new());
        }
    }

    #[test]
    fn a_link_to_another_book_is_not_deleted_in_its_place() {
        let (_folder, store, book) = library();
        std::os::unix::fs::symlink("florida", store.book_folder(&"a".parse().unwrap())).unwrap();
        let refused = Trash::of(&store).discard(&"a".parse().unwrap()).unwrap_err();
        assert!(matches!(refused, StoreError::Link { .. }), "{refused}");
        assert!(store.book_folder(&book).join("ocr/page_0001.json").exists());
    }

    #[test]
    fn a_trash_that_leads_out_of_the_library_is_refused() {
        let (_folder, store, book) = library();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), store.root().join(TRASH)).unwrap();
        assert!(matches!(Trash::of(&store).discard(&book), Err(StoreError::Outside { .. })));
        assert_eq!(store.books().unwrap(), [book]);
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }

    #[test]
    fn metadata_outside_the_library_are_not_shown() {
        let (_folder, store, book) = library();
        let outside = tempfile::NamedTempFile::new().unwrap();
        fs::write(outside.path(), r#"{"title": "of somebody else"}"#).unwrap();
        let file = store.book_folder(&book).join("metadata.json");
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink(outside.path(), &file).unwrap();
        Trash::of(&store).discard(&book).unwrap();
        assert_eq!(Trash::of(&store).list().unwrap()[0].metadata, None);
    }

    #[test]
    fn a_book_in_use_is_not_deleted() {
        let (_folder, store, book) = library();
        let held = store.lock(&book).unwrap();
        assert!(matches!(Trash::of(&store).discard(&book), Err(StoreError::Locked { .. })));
        drop(held);
        Trash::of(&store).discard(&book).unwrap();
    }
}
