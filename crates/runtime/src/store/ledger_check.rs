use std::fs;

use super::folder::{FolderStore, io_error};
use super::ledger_chain::{Link, problems};
use super::ledger_ends::LedgerEnds;
use super::ledger_files::{LEDGERS, ended_name, writer_of};
use super::{LedgerCheck, LedgerFault, LedgerFile, StoreError};
use crate::book::ScanId;

impl FolderStore {
    /// Compares the lines of finished calls with the hashes in them, and with what is known to have been written.
    pub(super) fn check_ledger_files(&self, book: &ScanId) -> Result<LedgerCheck, StoreError> {
        let ends_path = self.ends_path(book)?;
        let ends = || LedgerEnds::read(&ends_path).map_err(io_error("read", &ends_path));
        // Before the lines, which another process may be writing.
        let before = ends()?;
        let names = self.names_of(book, LedgerFile::Ended)?;
        let mut check = LedgerCheck { files: names.len(), ..LedgerCheck::default() };
        let mut fault = |name: &str, problem: String| {
            check.faults.push(LedgerFault { file: format!("{LEDGERS}/{name}"), problem });
        };
        for name in &names {
            let Some(writer) = writer_of(name) else {
                check.without_hashes += 1;
                continue;
            };
            let path = self.ledger_path(name)?;
            let lines = fs::read(&path).map_err(io_error("read", &path))?;
            let end = match before.of(writer) {
                // It may have been made meanwhile.
                None => ends()?.of(writer).map(|_| Link::before_first(name)),
                end => end,
            };
            for problem in problems(name, &lines, end) {
                fault(name, problem);
            }
        }
        for (writer, end) in before.files() {
            let name = ended_name(book, writer);
            if !names.contains(&name) {
                fault(&name, format!("is missing: it had {} lines", end.number));
            }
        }
        Ok(check)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::store::Store;
    use crate::store::ledger_files::tests::{append, calls};

    fn faults(store: &FolderStore, book: &ScanId) -> Vec<String> {
        let check = store.check_ledger(book).unwrap();
        check.faults.into_iter().map(|fault| format!("{}: {}", fault.file, fault.problem)).collect()
    }

    #[test]
    fn each_process_continues_a_file_that_nobody_else_writes() {
        let folder = tempfile::tempdir().unwrap();
        let (book, other): (ScanId, ScanId) = ("book".parse().unwrap(), "other".parse().unwrap());
        let open = || FolderStore::open(folder.path()).unwrap();
        let (first, second) = (open(), open());
        append(&first, &book, r#"{"call":1}"#);
        append(&second, &book, r#"{"call":2}"#);
        append(&second, &other, r#"{"call":3}"#);
        drop(first);
        append(&open(), &book, r#"{"call":4}"#);
        append(&second, &book, r#"{"call":5}"#);
        let read = |name: &str| calls(&fs::read(folder.path().join(".ledger").join(name)).unwrap());
        assert_eq!(
            [read("book@1.jsonl"), read("book@2.jsonl"), read("other@2.jsonl")],
            [vec![1, 4], vec![2, 5], vec![3]]
        );
        assert_eq!(calls(&second.read_ledger(&book, LedgerFile::Ended).unwrap()), [1, 4, 2, 5]);
        let check = second.check_ledger(&book).unwrap();
        assert_eq!((check.files, check.without_hashes, check.faults), (2, 0, vec![]));
        assert_eq!(second.ledgers().unwrap(), [book, other]);
    }

    #[test]
    fn what_a_killed_process_left_of_a_line_is_removed_and_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        let book: ScanId = "book".parse().unwrap();
        let file = folder.path().join(".ledger/book@1.jsonl");
        let open = || FolderStore::open(folder.path()).unwrap();
        append(&open(), &book, r#"{"call":1}"#);
        let whole = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{whole}{{\"call")).unwrap();
        assert_eq!(faults(&open(), &book), Vec::<String>::new());
        append(&open(), &book, r#"{"call":2}"#);
        assert_eq!(calls(&fs::read(&file).unwrap()), [1, 2]);
        // It was killed before the end was written.
        let ends = folder.path().join(".ledger/book.ends");
        let before = fs::read(&ends).unwrap();
        append(&open(), &book, r#"{"call":3}"#);
        fs::write(&ends, before).unwrap();
        append(&open(), &book, r#"{"call":4}"#);
        assert_eq!(calls(&fs::read(&file).unwrap()), [1, 2, 3, 4]);
        assert_eq!(faults(&open(), &book), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_was_modified_at_its_end_is_left_as_it_is() {
        let book: ScanId = "book".parse().unwrap();
        let shown = |change: &dyn Fn(&Path)| {
            let folder = tempfile::tempdir().unwrap();
            let open = || FolderStore::open(folder.path()).unwrap();
            append(&open(), &book, "{\"call\":1}\n{\"call\":2}\n{\"call\":3}");
            change(&folder.path().join(".ledger"));
            append(&open(), &book, r#"{"call":4}"#);
            assert_eq!(calls(&fs::read(folder.path().join(".ledger/book@2.jsonl")).unwrap()), [4]);
            faults(&open(), &book)
        };
        let without_last = |ledgers: &Path| {
            let file = ledgers.join("book@1.jsonl");
            let lines: Vec<String> = fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect();
            fs::write(file, format!("{}\n{}\n", lines[0], lines[1])).unwrap();
        };
        assert_eq!(shown(&without_last), [".ledger/book@1.jsonl: is cut off after line 2: 3 lines were written"]);
        let removed = |ledgers: &Path| fs::remove_file(ledgers.join("book@1.jsonl")).unwrap();
        assert_eq!(shown(&removed), [".ledger/book@1.jsonl: is missing: it had 3 lines"]);
        let without_ends = |ledgers: &Path| fs::remove_file(ledgers.join("book.ends")).unwrap();
        assert_eq!(
            shown(&without_ends),
            [".ledger/book@1.jsonl: has no entry in the list of ends: lines missing at its end would not be noticed"]
        );
    }

    #[test]
    fn threads_of_a_process_share_its_chain() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let book: ScanId = "book".parse().unwrap();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (store, book) = (store.clone(), &book);
                scope.spawn(move || {
                    for call in thread * 20..(thread + 1) * 20 {
                        append(&store, book, &format!("{{\"call\":{call}}}"));
                    }
                });
            }
        });
        let mut found = calls(&store.read_ledger(&book, LedgerFile::Ended).unwrap());
        found.sort_unstable();
        assert_eq!(found, (0..160).collect::<Vec<u64>>());
        assert_eq!(faults(&store, &book), Vec::<String>::new());
        let ends = LedgerEnds::read(&folder.path().join(".ledger/book.ends")).unwrap();
        assert_eq!(ends.of(1).unwrap().number, 160);
    }

    #[test]
    fn an_older_ledger_is_read_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let book: ScanId = "book".parse().unwrap();
        append(&store, &book, r#"{"call":2}"#);
        fs::write(folder.path().join(".ledger/book.jsonl"), "{\"call\":1}\n").unwrap();
        assert_eq!(calls(&store.read_ledger(&book, LedgerFile::Ended).unwrap()), [1, 2]);
        let check = store.check_ledger(&book).unwrap();
        assert_eq!((check.files, check.without_hashes, check.faults), (2, 1, vec![]));
    }
}
