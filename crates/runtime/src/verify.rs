//! Verifies a book: pages against schema, record and hash, every file with a known hash, and shelf's own small files against their checksums.

use std::io;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

use crate::book::{EXISTING_TEXT, PageNumber, ScanId, ScanMetadata, Unit};
use crate::inspect::{BookState, LookError, PageState, look};
use crate::record::{AfterDue, Checksum, FailedRecord, Hash, Originals, RedoMarker};
use crate::registry::Registry;
use crate::store::{BookPath, LedgerFault, Store, StoreError};

/// The folder that [`repair`] moves damaged files to. A stage's name does not begin with a dot.
pub const DAMAGED: &str = ".damaged";

const MISSING: &str = "is missing";
const MODIFIED: &str = "was modified (hash mismatch)";

/// The result of verifying a book.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    /// Pages of all stages.
    pub pages: usize,
    /// Scans, figures, shelf's own small files, and the files of the ledger.
    pub files: usize,
    /// Pages and files among them without a checksum, from earlier releases or other programs: of such a page only the output is protected by a
    /// hash, if it has a record.
    pub without_checksum: usize,
    /// Whether `metadata.json` was edited since shelf wrote it, which a person may do.
    pub is_metadata_edited: bool,
    /// The problems.
    pub faults: Vec<Fault>,
    /// The problems of the book's ledger, which is beside it: nobody can bring back what it said.
    pub ledger_faults: Vec<LedgerFault>,
}

/// A file that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub path: BookPath,
    /// What it is to the book.
    pub kind: FaultKind,
    /// The problem.
    pub problem: String,
}

/// What a damaged file is to the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The scan of a page, or the text that came with it: only its owner can bring it back.
    Scan(PageNumber),
    /// A file that scans were taken from, such as a PDF: the scans are as they were, and only its owner can bring it back.
    Original,
    /// A file of a stage: the next run makes it again.
    Output,
    /// A page without a record, in a book that shelf added: it counts as made by another program, and is kept.
    NoRecord,
    /// A small file of shelf's own, which [`repair`] moves aside.
    Own,
}

/// Checks a book.
///
/// # Errors
/// The library cannot be read, or the book's `metadata.json` is damaged.
pub fn book(store: &dyn Store, registry: &Registry, book: &ScanId) -> Result<Verified, LookError> {
    let state = look(store, registry, book)?;
    let mut verified = Verified::default();
    verified.scans(store, &state)?;
    verified.originals(store, book)?;
    let was_added_here = state.scans.values().any(|scan| scan.page.is_some());
    for (stage, pages) in &state.stages {
        for (unit, found) in &pages.pages {
            verified.pages += 1;
            let path = BookPath::output(book, stage, *unit);
            match found {
                PageState::Damaged(problem) | PageState::Modified(problem) => {
                    verified.fault(path, FaultKind::Output, problem);
                }
                PageState::Valid(page) => match &page.record {
                    Some(record) => {
                        verified.without_checksum += usize::from(!record.has_checksum());
                        for (file, hash) in record.files() {
                            verified.file(store, BookPath::new(book, &file)?, FaultKind::Output, &hash)?;
                        }
                    }
                    None if was_added_here => verified.fault(
                        path,
                        FaultKind::NoRecord,
                        "has no record of how it was made, so it cannot be checked",
                    ),
                    None => verified.without_checksum += 1,
                },
            }
        }
    }
    verified.own_files(store, &state)?;
    verified.ledger(store, book)?;
    Ok(verified)
}

/// Checks the ledger of a book that was deleted.
///
/// # Errors
/// The library cannot be read.
pub fn ledger(store: &dyn Store, book: &ScanId) -> Result<Verified, LookError> {
    let mut verified = Verified::default();
    verified.ledger(store, book)?;
    Ok(verified)
}

/// Moves the damaged files among shelf's own aside, to [`DAMAGED`] in the book's folder, so that the book can be processed without them. Returns the
/// files. The caller holds the book's lock.
///
/// # Errors
/// The library cannot be read or written.
pub fn repair<'a>(store: &dyn Store, faults: &'a [Fault]) -> Result<Vec<&'a BookPath>, LookError> {
    let own: Vec<&BookPath> = faults.iter().filter(|fault| fault.kind == FaultKind::Own).map(|f| &f.path).collect();
    for path in &own {
        if let Some(bytes) = store.read(path)? {
            store.write(&BookPath::new(path.book(), &format!("{DAMAGED}/{}", path.relative()))?, &bytes)?;
            store.remove(path)?;
        }
    }
    Ok(own)
}

impl Verified {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.faults.is_empty() && self.ledger_faults.is_empty()
    }

    fn ledger(&mut self, store: &dyn Store, book: &ScanId) -> Result<(), LookError> {
        let check = store.check_ledger(book)?;
        self.files += check.files;
        self.without_checksum += check.without_hashes;
        self.ledger_faults = check.faults;
        Ok(())
    }

    /// The scans and the texts that came with them.
    fn scans(&mut self, store: &dyn Store, state: &BookState) -> Result<(), LookError> {
        let book = &state.id;
        for (page, scan) in &state.scans {
            let path = BookPath::new(book, &format!("source/{}", scan.image))?;
            match &scan.page {
                Some(noted) => {
                    self.file(store, path, FaultKind::Scan(*page), &Hash::known(&noted.hash))?;
                    if let Some(text) = &noted.existing_text {
                        let path = BookPath::page(book, EXISTING_TEXT, *page);
                        self.file(store, path, FaultKind::Scan(*page), &Hash::known(&text.hash))?;
                    }
                }
                None if store.read(&BookPath::page(book, "source", *page))?.is_some() => {
                    self.fault(path, FaultKind::Scan(*page), "differs from the scan that was added (hash mismatch)");
                }
                None => {}
            }
        }
        for page in &state.pages {
            if !state.scans.contains_key(page) && !state.unreadable.contains_key(page) {
                let path = BookPath::new(book, &format!("source/{}.*", page.stem()))?;
                self.fault(path, FaultKind::Scan(*page), "is missing: the book has a page without a scan");
            }
        }
        Ok(())
    }

    /// The files that scans were taken from. Those that are not listed were added by an earlier release, or put there by somebody.
    fn originals(&mut self, store: &dyn Store, book: &ScanId) -> Result<(), LookError> {
        let path = BookPath::new(book, &format!("source/{}", Originals::FILE))?;
        let mut listed = Vec::new();
        if store.stamp(&path)?.is_some() {
            self.own_file(store, path, |originals: &Originals| {
                listed.clone_from(&originals.files);
                None
            })?;
        }
        for original in &listed {
            let Ok(path) = BookPath::new(book, &format!("source/{}", original.file)) else { continue };
            self.files += 1;
            let file = store.local(&path)?;
            match Hash::of_file(&file) {
                Ok(hash) if hash == original.hash => {}
                Ok(_) => self.fault(path, FaultKind::Original, MODIFIED),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.fault(path, FaultKind::Original, MISSING);
                }
                Err(source) => return Err(StoreError::Io { action: "read", path: file, source }.into()),
            }
        }
        let is_other = |name: &String| {
            name != Originals::FILE
                && PageNumber::of_file(name).is_none()
                && listed.iter().all(|original| original.file != *name)
        };
        let others = store.list(book, "source")?.iter().filter(|name| is_other(name)).count();
        self.files += others;
        self.without_checksum += others;
        Ok(())
    }

    /// Metadata of scans, records of failures, markers of runs, and stored replies of models.
    fn own_files(&mut self, store: &dyn Store, state: &BookState) -> Result<(), LookError> {
        let book = &state.id;
        self.files += 1;
        if let Some(bytes) = store.read(&BookPath::metadata(book))?
            && let Ok(metadata) = serde_json::from_slice::<Map<String, Value>>(&bytes)
        {
            self.is_metadata_edited = Checksum::of(&metadata) == Checksum::Differs;
            self.without_checksum += usize::from(Checksum::of(&metadata) == Checksum::Absent);
        }
        for page in store.list(book, "source")?.iter().filter_map(|name| PageNumber::of_page_file(name)) {
            self.own_file(store, BookPath::page(book, "source", page), |found: &ScanMetadata| {
                (found.page_number != page.get()).then(|| format!("is the metadata of page {}", found.page_number))
            })?;
        }
        for stage in state.stages.keys().copied().chain(["source"]) {
            for name in store.list(book, &format!("{stage}/failed"))? {
                let Some(unit) = Unit::of_file(&name) else { continue };
                let path = BookPath::new(book, &format!("{stage}/failed/{name}"))?;
                self.own_file(store, path, |found: &FailedRecord| {
                    let is_misplaced = found.page != unit || found.stage != stage;
                    is_misplaced.then(|| format!("is the failure of {} in `{}`", found.page, found.stage))
                })?;
            }
            for name in store.list(book, &format!("{stage}/replies"))? {
                let path = BookPath::new(book, &format!("{stage}/replies/{name}"))?;
                self.own_file(store, path, |_: &IgnoredAny| None)?;
            }
            self.marker::<RedoMarker>(store, &RedoMarker::path(book, stage)?)?;
            self.marker::<AfterDue>(store, &AfterDue::path(book, stage)?)?;
        }
        Ok(())
    }

    /// A file of shelf's own with a checksum; `misplaced` says what it is if it is not the one that belongs there.
    fn own_file<T: DeserializeOwned>(
        &mut self,
        store: &dyn Store,
        path: BookPath,
        misplaced: impl FnOnce(&T) -> Option<String>,
    ) -> Result<(), LookError> {
        self.files += 1;
        let Some((fields, found)) = self.parsed::<T>(store, &path)? else { return Ok(()) };
        match fields.as_object().map_or(Checksum::Absent, Checksum::of) {
            Checksum::Differs => {
                self.fault(path, FaultKind::Own, "was modified after it was written (checksum mismatch)");
                return Ok(());
            }
            Checksum::Absent => self.without_checksum += 1,
            Checksum::Matches => {}
        }
        if let Some(problem) = misplaced(&found) {
            self.fault(path, FaultKind::Own, problem);
        }
        Ok(())
    }

    /// A marker, which is there only while a run is unfinished, and has no checksum.
    fn marker<T: DeserializeOwned>(&mut self, store: &dyn Store, path: &BookPath) -> Result<(), LookError> {
        let found = self.parsed::<T>(store, path)?;
        self.files += usize::from(found.is_some());
        Ok(())
    }

    /// A JSON file; `None` if it is missing, or cannot be read, which is a fault.
    fn parsed<T: DeserializeOwned>(
        &mut self,
        store: &dyn Store,
        path: &BookPath,
    ) -> Result<Option<(Value, T)>, LookError> {
        let Some(bytes) = store.read(path)? else { return Ok(None) };
        let parsed = serde_json::from_slice::<Value>(&bytes)
            .and_then(|value| T::deserialize(&value).map(|found| Some((value, found))));
        Ok(parsed.unwrap_or_else(|error| {
            self.fault(path.clone(), FaultKind::Own, format!("cannot be read: {error}"));
            None
        }))
    }

    fn file(&mut self, store: &dyn Store, path: BookPath, kind: FaultKind, expected: &Hash) -> Result<(), LookError> {
        self.files += 1;
        match store.read(&path)? {
            None => self.fault(path, kind, MISSING),
            Some(bytes) if Hash::of(&bytes) != *expected => self.fault(path, kind, MODIFIED),
            Some(_) => {}
        }
        Ok(())
    }

    fn fault(&mut self, path: BookPath, kind: FaultKind, problem: impl Into<String>) {
        self.faults.push(Fault { path, kind, problem: problem.into() });
    }
}
