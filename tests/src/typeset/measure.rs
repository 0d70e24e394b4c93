use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::book::{TypesetBook, typeset};
use super::reading::Reading;
use crate::Shelf;

/// What was found of something: how many there are and how many of them were found; how many were claimed and how many of them are right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// How many there are.
    pub expected: usize,
    /// How many of them were found.
    pub found: usize,
    /// How many were claimed.
    pub claimed: usize,
    /// How many of those are right.
    pub right: usize,
}

/// What was measured on the pages of a book.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Per page: what was measured, and its counts.
    pub pages: Vec<BTreeMap<&'static str, Found>>,
    /// What is wrong, in words, for those who mend it.
    pub defects: Vec<String>,
}

/// Typesets book `number` in `folder`, takes it through all stages, and measures it. Rules are applied again if the book is there.
///
/// # Errors
/// The book cannot be typeset.
///
/// # Panics
/// A command fails.
pub fn read_and_measure(
    shelf: &Shelf,
    folder: &Path,
    number: usize,
    is_for_testing: bool,
) -> io::Result<(TypesetBook, Measured)> {
    let book = typeset(folder, &folder.join("texts"), number, is_for_testing)?;
    let id = format!("book-{number}");
    if shelf.library().join(&id).exists() {
        shelf.ok(["process", &id, "--engine", "rules", "--redo", "--stages", "vocabulary+,pagination+"]);
    }
    shelf.read(&id, &book.scans);
    let measured = measure(shelf, &id, &book);
    Ok((book, measured))
}

/// Measures a book that shelf has read as `id`.
fn measure(shelf: &Shelf, id: &str, book: &TypesetBook) -> Measured {
    let report = shelf.ok(["report", id, "--stage", "ocr", "--json"]);
    let report: Vec<Value> = serde_json::from_str(&report).expect("a report is JSON");
    let is_flagged =
        |line: &&Value| line["flagged"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == "expected_cer"));
    let flagged: Vec<u64> = report.iter().filter(is_flagged).filter_map(|line| line["page_num"].as_u64()).collect();
    let reading = Reading { shelf, id, book };
    let mut measured = Measured::default();
    for at in 0..book.pages.len() {
        measured.pages.push(BTreeMap::new());
        measured.characters(&reading, at, flagged.contains(&(at as u64 + 1)));
        measured.labels(&reading, at);
    }
    measured.structure(&reading);
    measured
}

impl Measured {
    pub(super) fn add(&mut self, page: usize, what: &'static str, found: Found) {
        let total = self.pages[page].entry(what).or_default();
        total.expected += found.expected;
        total.found += found.found;
        total.claimed += found.claimed;
        total.right += found.right;
    }

    /// Counts one of `what`, and whether it was found.
    pub(super) fn expect(&mut self, page: usize, what: &'static str, is_found: bool) {
        self.add(page, what, Found { expected: 1, found: usize::from(is_found), ..Found::default() });
    }

    /// Counts one that was claimed to be `what`, and whether it is.
    pub(super) fn claim(&mut self, page: usize, what: &'static str, is_right: bool) {
        self.add(page, what, Found { claimed: 1, right: usize::from(is_right), ..Found::default() });
    }

    /// Notes what is wrong on a page, by its index.
    pub(super) fn defect(&mut self, page: usize, what: &str) {
        self.defects.push(format!("page {}: {what}", page + 1));
    }
}
