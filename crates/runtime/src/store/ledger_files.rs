use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::file_lock::{HeldLock, is_still_at, open_lock};
use super::folder::{FolderStore, io_error, usual_permissions};
use super::{BookLock, LedgerFile, LedgerPosition, StoreError};
use crate::book::ScanId;

/// Folder of the ledgers. A book's id does not begin with a dot.
pub(super) const LEDGERS: &str = ".ledger";
/// Finished calls: `<scan-id>@<number>.jsonl`, one file for each process that writes at a time; `<scan-id>.jsonl` from earlier releases.
const ENDED: &str = ".jsonl";
/// How far each of them was written: `<scan-id>.ends`.
const ENDS: &str = ".ends";
/// Calls in flight: `<scan-id>@<unique>.sent`, one file for each process, which keeps it locked; `<scan-id>.sent` from earlier releases.
const SENT: &str = ".sent";
const LOCK_FILE: &str = ".lock";

/// The lists of calls in flight that this process writes, by book.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnSent(Arc<Mutex<BTreeMap<ScanId, HeldLock>>>);

impl FolderStore {
    pub(super) fn ledger_path(&self, name: &str) -> Result<PathBuf, StoreError> {
        self.inside(self.root().join(LEDGERS).join(name))
    }

    pub(super) fn ends_path(&self, book: &ScanId) -> Result<PathBuf, StoreError> {
        self.ledger_path(&format!("{book}{ENDS}"))
    }

    /// The folder of the ledgers, made where it is missing.
    pub(super) fn made_ledgers(&self) -> Result<PathBuf, StoreError> {
        let folder = self.ledger_path("")?;
        fs::create_dir_all(&folder).map_err(io_error("make", &folder))?;
        Ok(folder)
    }

    fn ledger_names(&self) -> Result<Vec<String>, StoreError> {
        let folder = self.ledger_path("")?;
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io_error("list", &folder))?,
        };
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().into_string().ok()));
        let mut names: Vec<String> =
            names.collect::<io::Result<Vec<_>>>().map_err(io_error("list", &folder))?.into_iter().flatten().collect();
        names.sort();
        Ok(names)
    }

    pub(super) fn names_of(&self, book: &ScanId, file: LedgerFile) -> Result<Vec<String>, StoreError> {
        let mut names = self.ledger_names()?;
        names.retain(|name| book_of(name).as_ref().is_some_and(|(of, found)| of == book && *found == file));
        Ok(names)
    }

    pub(super) fn append_to_ledger(&self, book: &ScanId, which: LedgerFile, lines: &[u8]) -> Result<(), StoreError> {
        match which {
            LedgerFile::Sent => self.append_sent(book, lines),
            LedgerFile::Ended => self.append_ended(book, lines),
        }
    }

    fn append_sent(&self, book: &ScanId, lines: &[u8]) -> Result<(), StoreError> {
        let mut own = self.own_sent.0.lock().expect("no code that holds the lock panics");
        if !own.contains_key(book) {
            own.insert(book.clone(), self.new_sent(book)?);
        }
        let mut file = &own[book].0;
        file.write_all(lines).map_err(io_error("write", &self.ledger_path("")?))
    }

    /// A list of calls in flight of this process, locked until it ends.
    fn new_sent(&self, book: &ScanId) -> Result<HeldLock, StoreError> {
        let folder = self.made_ledgers()?;
        loop {
            let created = tempfile::Builder::new()
                .prefix(&format!("{book}@"))
                .suffix(SENT)
                .permissions(usual_permissions())
                .tempfile_in(&folder)
                .and_then(|file| Ok(file.keep()?));
            let (file, path) = created.map_err(io_error("make a file in", &folder))?;
            match file.try_lock() {
                // Another process may have taken it for that of a dead one and removed it, before it was locked.
                Ok(()) if is_still_at(&file, &path).map_err(io_error("open", &path))? => return Ok(HeldLock(file)),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(io_error("lock", &path)(error)),
            }
        }
    }

    pub(super) fn read_ledger_files(
        &self,
        book: &ScanId,
        which: LedgerFile,
        position: &mut LedgerPosition,
    ) -> Result<Vec<u8>, StoreError> {
        self.read_on(self.names_of(book, which)?, position)
    }

    /// The files are listed once for all books.
    pub(super) fn read_all_ledger_files(
        &self,
        which: LedgerFile,
        positions: &mut BTreeMap<ScanId, LedgerPosition>,
    ) -> Result<Vec<(ScanId, Vec<u8>)>, StoreError> {
        let mut names: BTreeMap<ScanId, Vec<String>> = BTreeMap::new();
        for name in self.ledger_names()? {
            if let Some((book, file)) = book_of(&name)
                && file == which
            {
                names.entry(book).or_default().push(name);
            }
        }
        let read = |(book, names): (ScanId, Vec<String>)| {
            let lines = self.read_on(names, positions.entry(book.clone()).or_default())?;
            Ok((book, lines))
        };
        names.into_iter().map(read).collect()
    }

    fn read_on(&self, names: Vec<String>, position: &mut LedgerPosition) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        for name in names {
            let path = self.ledger_path(&name)?;
            let from = position.by_file.get(&name).copied().unwrap_or(0);
            let read = || -> io::Result<Vec<u8>> {
                let mut file = File::open(&path)?;
                file.seek(SeekFrom::Start(from))?;
                let mut found = Vec::new();
                file.read_to_end(&mut found)?;
                Ok(found)
            };
            let mut found = match read() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                read => read.map_err(io_error("read", &path))?,
            };
            // A line may be in the middle of being written.
            found.truncate(found.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
            position.by_file.insert(name, from + found.len() as u64);
            bytes.append(&mut found);
        }
        Ok(bytes)
    }

    pub(super) fn settle_sent_files(
        &self,
        book: &ScanId,
        settle: &mut dyn FnMut(&[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if self.names_of(book, LedgerFile::Sent)?.is_empty() {
            return Ok(());
        }
        // Another process may be about to settle the same files.
        let _ledger = self.lock_ledgers()?;
        for name in self.names_of(book, LedgerFile::Sent)? {
            let path = self.ledger_path(&name)?;
            let file = match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                file => file.map_err(io_error("open", &path))?,
            };
            let mut file = match file.try_lock() {
                Ok(()) => HeldLock(file),
                // Its process is running.
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(error)) => return Err(io_error("lock", &path)(error)),
            };
            let mut lines = Vec::new();
            file.0.read_to_end(&mut lines).map_err(io_error("read", &path))?;
            settle(&lines)?;
            fs::remove_file(&path).map_err(io_error("remove", &path))?;
        }
        Ok(())
    }

    pub(super) fn lock_ledgers(&self) -> Result<BookLock, StoreError> {
        let path = self.made_ledgers()?.join(LOCK_FILE);
        let file = open_lock(&path).map_err(io_error("open", &path))?;
        file.lock().map_err(io_error("lock", &path))?;
        Ok(BookLock::held_by(file))
    }

    pub(super) fn books_with_ledger(&self) -> Result<Vec<ScanId>, StoreError> {
        let books: BTreeSet<ScanId> =
            self.ledger_names()?.iter().filter_map(|name| book_of(name)).map(|(book, _)| book).collect();
        Ok(books.into_iter().collect())
    }
}

/// The file with the finished calls of a book that the process with this number writes.
pub(super) fn ended_name(book: &ScanId, writer: u32) -> String {
    format!("{book}@{writer}{ENDED}")
}

/// The number in the name of a file with finished calls; none in those of earlier releases.
pub(super) fn writer_of(name: &str) -> Option<u32> {
    name.strip_suffix(ENDED)?.split_once('@')?.1.parse().ok()
}

/// The book that a file in the folder of the ledgers is about.
fn book_of(name: &str) -> Option<(ScanId, LedgerFile)> {
    let (name, file) = match name.strip_suffix(ENDED) {
        Some(ended) => (ended, LedgerFile::Ended),
        None => (name.strip_suffix(SENT)?, LedgerFile::Sent),
    };
    let book = name.split_once('@').map_or(name, |(book, _)| book);
    Some((book.parse().ok()?, file))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn calls_in_flight_of_running_processes_are_not_settled() {
        let folder = tempfile::tempdir().unwrap();
        let book: ScanId = "florida".parse().unwrap();
        let open = || FolderStore::open(folder.path()).unwrap();
        let (first, second, third) = (open(), open(), open());
        first.append_ledger(&book, LedgerFile::Sent, b"1\n").unwrap();
        second.append_ledger(&book, LedgerFile::Sent, b"2\n").unwrap();
        fs::write(folder.path().join(".ledger/florida.sent"), "of an earlier release\n").unwrap();
        fs::write(folder.path().join(".ledger/florida-2.sent"), "of another book\n").unwrap();
        let settled = |store: &FolderStore| {
            let mut settled = Vec::new();
            let settle = &mut |lines: &[u8]| {
                settled.push(String::from_utf8(lines.to_vec()).unwrap());
                Ok(())
            };
            store.settle_sent(&book, settle).unwrap();
            settled
        };
        assert_eq!(settled(&third), ["of an earlier release\n"]);
        drop(first);
        assert_eq!(settled(&third), ["1\n"]);
        assert_eq!(third.read_ledger(&book, LedgerFile::Sent).unwrap(), b"2\n");
        second.append_ledger(&book, LedgerFile::Sent, b"3\n").unwrap();
        assert_eq!(settled(&second), Vec::<String>::new());
        drop(second);
        assert_eq!(settled(&third), ["2\n3\n"]);
        assert_eq!(third.ledgers().unwrap(), ["florida-2".parse().unwrap()]);
    }

    pub(in crate::store) fn append(store: &FolderStore, book: &ScanId, entry: &str) {
        store.append_ledger(book, LedgerFile::Ended, format!("{entry}\n").as_bytes()).unwrap();
    }

    pub(in crate::store) fn calls(bytes: &[u8]) -> Vec<u64> {
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice::<serde_json::Value>(line).unwrap()["call"].as_u64().unwrap()).collect()
    }

    #[test]
    fn reading_on_finds_complete_new_lines() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let book: ScanId = "book".parse().unwrap();
        let earlier = folder.path().join(".ledger/book.jsonl");
        let mut position = LedgerPosition::default();
        let mut read = || calls(&store.read_ledger_since(&book, LedgerFile::Ended, &mut position).unwrap());
        assert_eq!(read(), Vec::<u64>::new());
        append(&store, &book, r#"{"call":1}"#);
        fs::write(&earlier, "{\"call\":2}\n{\"ca").unwrap();
        assert_eq!(read(), [2, 1]);
        fs::write(&earlier, "{\"call\":2}\n{\"call\":3}\n").unwrap();
        append(&store, &book, r#"{"call":4}"#);
        assert_eq!((read(), read()), (vec![3, 4], vec![]));
    }
}
