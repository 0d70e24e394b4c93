//! Verifies a book: pages against schema, record and hash, and every file with a known hash.

use crate::book::{EXISTING_TEXT, PageNumber, ScanId};
use crate::inspect::{LookError, PageState, look};
use crate::record::Hash;
use crate::registry::Registry;
use crate::store::{BookPath, Store};

/// The result of verifying a book.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    /// Pages of all stages.
    pub pages: usize,
    /// Scans and figures.
    pub files: usize,
    /// The problems.
    pub faults: Vec<Fault>,
}

/// A file that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub path: BookPath,
    /// The page whose scan it is; `None` for files of stages, which can be made again.
    pub scan: Option<PageNumber>,
    /// The problem.
    pub problem: String,
}

/// Checks a book.
pub fn book(store: &dyn Store, registry: &Registry, book: &ScanId) -> Result<Verified, LookError> {
    let state = look(store, registry, book)?;
    let mut verified = Verified::default();
    for (page, scan) in &state.scans {
        let path = BookPath::new(book, &format!("source/{}", scan.image))?;
        match &scan.page {
            Some(noted) => verified.file(store, path, Some(*page), &Hash::known(&noted.hash))?,
            None if store.read(&BookPath::page(book, "source", *page))?.is_some() => {
                verified.fault(path, Some(*page), "differs from the scan that was added (hash mismatch)");
            }
            None => {}
        }
    }
    for (page, scan) in &state.scans {
        if let Some(text) = scan.page.as_ref().and_then(|noted| noted.existing_text.as_ref()) {
            verified.file(store, BookPath::page(book, EXISTING_TEXT, *page), Some(*page), &Hash::known(&text.hash))?;
        }
    }
    for page in &state.pages {
        if !state.scans.contains_key(page) && !state.unreadable.contains_key(page) {
            let path = BookPath::new(book, &format!("source/{}.*", page.stem()))?;
            verified.fault(path, Some(*page), "is missing: the book has a page without a scan");
        }
    }
    for (stage, pages) in state.stages {
        for (unit, found) in pages.pages {
            verified.pages += 1;
            let path = BookPath::output(book, stage, unit);
            match found {
                PageState::Damaged(problem) | PageState::Modified(problem) => verified.fault(path, None, problem),
                PageState::Valid(page) => {
                    for (file, hash) in page.record.map(|record| record.files()).unwrap_or_default() {
                        verified.file(store, BookPath::new(book, &file)?, None, &hash)?;
                    }
                }
            }
        }
    }
    Ok(verified)
}

impl Verified {
    fn file(
        &mut self,
        store: &dyn Store,
        path: BookPath,
        scan: Option<PageNumber>,
        expected: &Hash,
    ) -> Result<(), LookError> {
        self.files += 1;
        match store.read(&path)? {
            None => self.fault(path, scan, "is missing"),
            Some(bytes) if Hash::of(&bytes) != *expected => self.fault(path, scan, "was modified (hash mismatch)"),
            Some(_) => {}
        }
        Ok(())
    }

    fn fault(&mut self, path: BookPath, scan: Option<PageNumber>, problem: impl Into<String>) {
        self.faults.push(Fault { path, scan, problem: problem.into() });
    }
}
