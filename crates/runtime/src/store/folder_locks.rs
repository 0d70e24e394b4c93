use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::file_lock::{HeldLock, is_still_at, open_lock};
use super::folder::{FolderStore, HALF_WRITTEN, io_error};
use super::{BookLock, StoreError};
use crate::book::{ScanId, Shard};

/// Locked exclusively by a process that works on the book alone, and shared by those of its shards.
const LOCK_FILE: &str = ".lock";
/// Locked while a report is brought up to date.
const REPORT_LOCK: &str = ".lock.report";
/// Beginning of the names of files that are locked by single shards: `.lock.shard-3-of-16`.
const SHARD_LOCK: &str = ".lock.shard-";
/// The holder of [`LOCK_FILE`] if there are several. Always the same, so that several processes can write it.
const SHARDS: &str = "processes with `--shard`";

impl FolderStore {
    pub(super) fn lock_book(&self, book: &ScanId) -> Result<BookLock, StoreError> {
        let path = self.inside(self.book_folder(book).join(LOCK_FILE))?;
        let file = acquire(book, &path, File::try_lock)?;
        note(&file, &this_process()).map_err(io_error("write", &path))?;
        let folder = self.book_folder(book);
        sweep(&folder, 2).map_err(io_error("sweep", &folder))?;
        Ok(BookLock::held_by(file))
    }

    pub(super) fn lock_one_shard(&self, book: &ScanId, shard: Shard) -> Result<BookLock, StoreError> {
        let path = self.inside(self.book_folder(book).join(LOCK_FILE))?;
        let of_book = acquire(book, &path, File::try_lock_shared)?;
        note(&of_book, SHARDS).map_err(io_error("write", &path))?;
        let of_book = HeldLock(of_book);
        let path = self.inside(self.shard_lock(book, shard))?;
        let own = acquire(book, &path, File::try_lock)?;
        note(&own, &format!("shard {shard}, {}", this_process())).map_err(io_error("write", &path))?;
        let own = HeldLock(own);
        // After the own lock is taken: of two processes that divide the book differently, at least one sees the other.
        self.refuse_other_division(book, shard)?;
        Ok(BookLock::held_by_all([own, of_book]))
    }

    fn shard_lock(&self, book: &ScanId, shard: Shard) -> PathBuf {
        self.book_folder(book).join(format!("{SHARD_LOCK}{}-of-{}", shard.number(), shard.count()))
    }

    /// Fails if a process works on the book that divides it into another number of shards, since it may own the same pages.
    fn refuse_other_division(&self, book: &ScanId, shard: Shard) -> Result<(), StoreError> {
        let folder = self.book_folder(book);
        let listed = || -> io::Result<Vec<PathBuf>> { fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect() };
        for path in listed().map_err(io_error("list", &folder))? {
            let of_another = |name: &str| {
                name.strip_prefix(SHARD_LOCK)
                    .and_then(|name| name.split_once("-of-")?.1.parse::<u32>().ok())
                    .is_some_and(|count| count != shard.count())
            };
            if path.file_name().and_then(|name| name.to_str()).is_some_and(of_another) {
                // Its process has ended.
                let _held = HeldLock(acquire(book, &path, File::try_lock)?);
                fs::remove_file(&path).map_err(io_error("remove", &path))?;
            }
        }
        Ok(())
    }

    pub(super) fn wait_for_report_lock(&self, book: &ScanId) -> Result<BookLock, StoreError> {
        let path = self.inside(self.book_folder(book).join(REPORT_LOCK))?;
        let file = open_lock(&path).map_err(io_error("open", &path))?;
        file.lock().map_err(io_error("lock", &path))?;
        Ok(BookLock::held_by(file))
    }
}

/// Opens a lock file and locks it, or fails with its holder.
fn acquire(
    book: &ScanId,
    path: &Path,
    try_lock: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<File, StoreError> {
    loop {
        let mut file = open_lock(path).map_err(io_error("open", path))?;
        match try_lock(&file) {
            // The book may have been deleted or exchanged since the file was opened.
            Ok(()) if is_still_at(&file, path).map_err(io_error("open", path))? => return Ok(file),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).map_err(io_error("read", path))?;
                let holder = if holder.is_empty() { "another process".to_owned() } else { holder };
                return Err(StoreError::Locked { book: book.clone(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(io_error("lock", path)(error)),
        }
    }
}

fn this_process() -> String {
    format!("process {} on {}", std::process::id(), gethostname::gethostname().to_string_lossy())
}

/// Writes the holder of a lock, for the message of others.
fn note(mut file: &File, holder: &str) -> io::Result<()> {
    file.rewind()?;
    file.write_all(holder.as_bytes())?;
    file.set_len(holder.len() as u64)
}

/// Removes incomplete files of a process that died. Only for the holder of the book's lock, when no other process writes.
fn sweep(folder: &Path, depth: u8) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && depth > 0 {
            sweep(&entry.path(), depth - 1)?;
        } else if kind.is_file() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Nobody holds the lock of a shard while the book is locked.
            if name.starts_with(HALF_WRITTEN) || name.starts_with(SHARD_LOCK) {
                fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn library() -> (tempfile::TempDir, FolderStore, ScanId) {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let book: ScanId = "florida".parse().unwrap();
        fs::create_dir(store.book_folder(&book)).unwrap();
        (folder, store, book)
    }

    fn shard(text: &str) -> Shard {
        text.parse().unwrap()
    }

    #[test]
    fn a_locked_book_names_its_holder() {
        let (_folder, store, book) = library();
        let held = store.lock(&book).unwrap();
        let error = store.lock(&book).unwrap_err().to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        drop(held);
        assert!(store.lock(&book).is_ok());
    }

    #[test]
    fn locking_a_book_removes_files_of_dead_processes() {
        let (_folder, store, book) = library();
        let failed = store.book_folder(&book).join("ocr/failed");
        fs::create_dir_all(&failed).unwrap();
        fs::write(failed.join(".write-a1b2"), "half a page").unwrap();
        fs::write(failed.join("page_0001.json"), "a page").unwrap();
        drop(store.lock_shard(&book, shard("1/2")).unwrap());
        assert!(failed.join(".write-a1b2").exists(), "another shard may be writing it");
        store.lock(&book).unwrap();
        let left: Vec<_> = fs::read_dir(&failed).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["page_0001.json"]);
    }

    #[test]
    fn shards_share_a_book_that_nobody_else_can_lock() {
        let (_folder, store, book) = library();
        let first = store.lock_shard(&book, shard("1/2")).unwrap();
        let second = store.lock_shard(&book, shard("2/2")).unwrap();
        let twice = store.lock_shard(&book, shard("1/2")).unwrap_err().to_string();
        assert!(twice.starts_with("`florida` is in use by shard 1/2, process "), "{twice}");
        for _ in 0..2 {
            let refused = store.lock(&book).unwrap_err().to_string();
            assert_eq!(refused, "`florida` is in use by processes with `--shard`");
        }
        drop(first);
        assert!(matches!(store.lock(&book), Err(StoreError::Locked { .. })));
        drop(second);
        let alone = store.lock(&book).unwrap();
        assert!(matches!(store.lock_shard(&book, shard("1/2")), Err(StoreError::Locked { .. })));
        drop(alone);
        assert!(store.lock_shard(&book, shard("1/2")).is_ok());
    }

    #[test]
    fn a_book_is_not_divided_in_two_ways_at_a_time() {
        let (_folder, store, book) = library();
        let first = store.lock_shard(&book, shard("1/2")).unwrap();
        let refused = store.lock_shard(&book, shard("3/16")).unwrap_err().to_string();
        assert!(refused.starts_with("`florida` is in use by shard 1/2, process "), "{refused}");
        drop(first);
        assert!(store.lock_shard(&book, shard("3/16")).is_ok());
    }
}
