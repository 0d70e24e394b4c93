use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::EditError;
use crate::file_error::FileError;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::inspect::BookState;
use shelf_runtime::record::Hash;
use shelf_runtime::store::{FolderStore, StoreError};

/// The folder for pages that were put aside. Of each, it has the scan `page_0012_<time>.png` with its metadata (`.json`), and a folder
/// `page_0012_<time>` with how it was put aside and what stages had made of it.
pub(super) const REMOVED: &str = "removed";
/// How a page was put aside, in the folder of that page.
pub(super) const REMOVAL: &str = "removal.json";

/// A page that an edit put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemovedPage {
    /// The name of its files in `removed`, without extension.
    pub name: String,
    /// Its number then.
    pub page: PageNumber,
    /// The scan: a path in the book's folder.
    pub scan: PathBuf,
    /// How it was put aside; an earlier release did not record that.
    pub removal: Option<Removal>,
}

/// How a page was put aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// What was done to the page.
    pub edit: RemovingEdit,
    /// When.
    pub when: Timestamp,
    /// The scan.
    pub scan: Hash,
    /// The scan that took its place, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<Hash>,
    /// The scan before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Hash>,
    /// The scan after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<Hash>,
    /// The next scan that was not removed by the same edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_kept: Option<Hash>,
}

/// An edit that puts pages aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RemovingEdit {
    /// Another scan took the place of its scan.
    Replace,
    /// The page was removed.
    Drop,
    /// Its scan was rotated.
    Rotate,
    /// A scan that had been put aside took the place of its scan.
    Restore,
}

/// Where a page comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the place of this page's scan.
    Of(PageNumber),
    /// As a page of its own, with this number.
    Inserted(PageNumber),
}

impl Removal {
    /// Of a page that is about to be put aside together with the pages `dropped`.
    pub(super) fn of(
        edit: RemovingEdit,
        page: PageNumber,
        when: Timestamp,
        state: &BookState,
        dropped: &BTreeSet<PageNumber>,
        replaced_by: Option<Hash>,
    ) -> Option<Self> {
        let scan = state.scans.get(&page)?.hash.clone();
        let hash =
            |found: Option<(&PageNumber, &shelf_runtime::inspect::Scan)>| found.map(|(_, scan)| scan.hash.clone());
        let after = || state.scans.range(page..).skip(1);
        let previous = hash(state.scans.range(..page).next_back());
        let next_kept = hash(after().find(|(page, _)| !dropped.contains(page)));
        Some(Self { edit, when, scan, replaced_by, previous, next: hash(after().next()), next_kept })
    }
}

/// The pages of a book that can be restored, by their numbers, the last put aside first.
///
/// # Errors
/// The folder cannot be read, or leads out of the library.
pub fn removed_pages(store: &FolderStore, book: &ScanId) -> Result<Vec<RemovedPage>, EditError> {
    let folder = store.book_folder(book).join(REMOVED);
    match folder.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        found if !found.as_ref().is_ok_and(std::fs::Metadata::is_dir) => {
            return Err(StoreError::Outside { path: folder }.into());
        }
        _ => {}
    }
    let list = || -> io::Result<Vec<RemovedPage>> {
        let mut pages = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                pages.extend(removed_page(&folder, &entry.file_name().to_string_lossy()));
            }
        }
        Ok(pages)
    };
    let mut pages = list().map_err(FileError::cannot("list", &folder))?;
    pages.sort_by(|a, b| a.page.cmp(&b.page).then_with(|| order(&b.name).cmp(&order(&a.name))));
    Ok(pages)
}

/// The page of a scan such as `page_0012_2026-11-28T165026.png`.
fn removed_page(folder: &Path, file: &str) -> Option<RemovedPage> {
    let (name, extension) = file.split_once('.')?;
    if extension == "json" {
        return None;
    }
    let (digits, _) = name.strip_prefix("page_")?.split_once('_')?;
    let page = PageNumber::of_file(&format!("page_{digits}.json"))?;
    let removal = fs::read(folder.join(name).join(REMOVAL)).ok();
    let removal = removal.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Some(RemovedPage { name: name.to_owned(), page, scan: Path::new(REMOVED).join(file), removal })
}

/// The time in a name, and the number that tells pages of one second apart.
fn order(name: &str) -> (&str, u32) {
    let mut parts = name.split('_').skip(2);
    let time = parts.next().unwrap_or_default();
    (time, parts.next().and_then(|number| number.parse().ok()).unwrap_or(1))
}

impl RemovedPage {
    /// When it was put aside: the time in its name, to the second.
    #[must_use]
    pub fn when(&self) -> &str {
        order(&self.name).0
    }

    /// Where the page comes back: in the place of the scan that took its place, wherever that is now; else as a page of its own, beside the pages
    /// that it was beside.
    pub(super) fn place(&self, all: &[Self], state: &BookState) -> Place {
        let last = state.pages.last().map_or(0, |page| page.get());
        // Several scans can be alike, such as blank pages: the nearest to where it was is meant.
        let number_of = |hash: &Hash| {
            let alike = state.scans.iter().filter(|(_, scan)| scan.hash == *hash).map(|(page, _)| *page);
            alike.min_by_key(|page| page.get().abs_diff(self.page.get()))
        };
        if let Some(page) = self.successors(all).iter().find_map(number_of) {
            return Place::Of(page);
        }
        let removal = self.removal.as_ref();
        let before = |hash: Option<&Hash>| number_of(hash?);
        let after = |hash: Option<&Hash>| PageNumber::new(number_of(hash?)?.get() + 1);
        let number = before(removal.and_then(|removal| removal.next.as_ref()))
            .or_else(|| after(removal.and_then(|removal| removal.previous.as_ref())))
            .or_else(|| before(removal.and_then(|removal| removal.next_kept.as_ref())));
        let same = || PageNumber::new(self.page.get().min(last + 1)).unwrap_or(self.page);
        Place::Inserted(number.unwrap_or_else(same))
    }

    /// The scan that took the place of this one, the one that took its place, and so on.
    fn successors(&self, all: &[Self]) -> Vec<Hash> {
        let mut successors: Vec<Hash> = Vec::new();
        let mut next = self.removal.as_ref().and_then(|removal| removal.replaced_by.clone());
        while let Some(hash) = next.filter(|hash| !successors.contains(hash)) {
            let of_hash = |removal: &&Removal| removal.scan == hash && removal.replaced_by.is_some();
            let later =
                all.iter().filter_map(|page| page.removal.as_ref()).filter(of_hash).max_by_key(|removal| removal.when);
            next = later.and_then(|removal| removal.replaced_by.clone());
            successors.push(hash);
        }
        successors
    }
}
