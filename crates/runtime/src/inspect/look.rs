use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{BookState, PageState, PageSummary, Scan, StageState};
use crate::book::{BookMetadata, PageNumber, ScanId, ScanMetadata, Unit};
use crate::failure::{Cause, Failure};
use crate::record::{AfterDue, FailedRecord, Hash, RedoMarker, StoredPage};
use crate::registry::{Entry, Registry};
use crate::stage::{ExternalInput, KeptInput};
use crate::store::{BookPath, BookPathError, KeptFile, Store, StoreError, kept_files};

/// Why a book cannot be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookError {
    /// It is not there.
    #[error("there is no book `{0}` in the library")]
    NoBook(ScanId),
    /// A file of the book's own cannot be read.
    #[error("{path} {problem}")]
    File {
        /// The file.
        path: BookPath,
        /// What is wrong with it.
        problem: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file has a name that is none.
    #[error(transparent)]
    Path(#[from] BookPathError),
}

/// Looks at a book: every page of every stage, parsed, validated and compared with its record.
pub fn look(store: &dyn Store, registry: &Registry, book: &ScanId) -> Result<BookState, LookError> {
    look_since(store, registry, book, None)
}

/// Looks at a book again, which others may have changed since. Of `earlier`, which was seen with the same registry, it reuses what was read
/// of files that have not changed: their size, modification time and inode are the same.
pub fn look_again(store: &dyn Store, registry: &Registry, earlier: &BookState) -> Result<BookState, LookError> {
    look_since(store, registry, &earlier.id, Some(earlier))
}

fn look_since(
    store: &dyn Store,
    registry: &Registry,
    book: &ScanId,
    earlier: Option<&BookState>,
) -> Result<BookState, LookError> {
    let metadata = metadata(store, book)?;
    let (scans, unreadable) = scans(store, book, earlier)?;
    let last = scans.keys().chain(unreadable.keys()).map(|page| page.get()).max().unwrap_or(0);
    let pages = (1..=last.max(metadata.total_pages)).filter_map(PageNumber::new).collect();
    let stages = registry
        .stages()
        .iter()
        .map(|entry| Ok((entry.row.name, stage(store, book, entry, earlier)?)))
        .collect::<Result<_, LookError>>()?;
    let prompts = prompts(store, registry, book)?;
    let kept = kept(store, registry, book)?;
    let library = store.folder().map(ToOwned::to_owned);
    Ok(BookState { library, id: book.clone(), metadata, pages, scans, unreadable, prompts, kept, stages })
}

/// The prompts that the book has of its own, for stages that name one.
fn prompts(store: &dyn Store, registry: &Registry, book: &ScanId) -> Result<BTreeMap<&'static str, String>, LookError> {
    let mut prompts = BTreeMap::new();
    for row in registry.stages().iter().map(|entry| entry.row).filter(|row| !row.prompt.is_empty()) {
        let path = BookPath::new(book, &format!("prompts/{}.md", row.name))?;
        if let Some(bytes) = store.read(&path)? {
            let text = String::from_utf8(bytes)
                .map_err(|_| LookError::File { path, problem: "is not UTF-8 text".to_owned() })?;
            prompts.insert(row.name, text);
        }
    }
    Ok(prompts)
}

type Kept = BTreeMap<&'static str, BTreeMap<PageNumber, Hash>>;

/// The hashes of the files that are kept for pages. The page is not part of a hash, so that files that move with their page stay the same.
fn kept(store: &dyn Store, registry: &Registry, book: &ScanId) -> Result<Kept, LookError> {
    let mut kept = Kept::new();
    for input in registry.stages().iter().flat_map(|entry| entry.row.inputs) {
        if let ExternalInput::Kept(KeptInput { folder, .. }) = input
            && !kept.contains_key(folder)
        {
            let by_page = kept_files(store, book, folder)?;
            kept.insert(folder, by_page.into_iter().map(|(page, files)| (page, hash_of_kept(&files))).collect());
        }
    }
    Ok(kept)
}

fn hash_of_kept(files: &[KeptFile]) -> Hash {
    let names = files.iter().map(|file| (file.name.clone(), Hash::of(&file.bytes).to_string().into()));
    Hash::of_json(&serde_json::Value::Object(names.collect()))
}

/// What is known of a book.
pub fn metadata(store: &dyn Store, book: &ScanId) -> Result<BookMetadata, LookError> {
    let path = BookPath::metadata(book);
    let metadata: BookMetadata = json(store, &path)?.ok_or_else(|| LookError::NoBook(book.clone()))?;
    metadata.check_limits().map_err(|error| LookError::File { path, problem: format!("is not valid: {error}") })?;
    Ok(metadata)
}

/// Reads a JSON file of the book's own.
fn json<T: serde::de::DeserializeOwned>(store: &dyn Store, path: &BookPath) -> Result<Option<T>, LookError> {
    let Some(bytes) = store.read(path)? else { return Ok(None) };
    let file =
        |error: serde_json::Error| LookError::File { path: path.clone(), problem: format!("cannot be read: {error}") };
    serde_json::from_slice(&bytes).map(Some).map_err(file)
}

/// The same for a file that a run can do without: one that cannot be read is left out, with a warning. `verify` reports it.
fn json_unless_damaged<T: serde::de::DeserializeOwned>(
    store: &dyn Store,
    path: &BookPath,
) -> Result<Option<T>, LookError> {
    match json(store, path) {
        Err(LookError::File { path, problem }) => {
            tracing::warn!("{path} {problem}; `shelf verify {} --repair` moves it aside", path.book());
            Ok(None)
        }
        found => found,
    }
}

type Scans = (BTreeMap<PageNumber, Scan>, BTreeMap<PageNumber, Failure>);

fn scans(store: &dyn Store, book: &ScanId, earlier: Option<&BookState>) -> Result<Scans, LookError> {
    let images: BTreeMap<PageNumber, String> = store
        .list(book, "source")?
        .into_iter()
        .filter(|name| PageNumber::of_page_file(name).is_none())
        .filter_map(|name| Some((PageNumber::of_file(&name)?, name)))
        .collect();
    let looked = images
        .into_par_iter()
        .map(|(page, image)| match scan(store, book, page, image, earlier) {
            // Only this page fails, not the book.
            Err(LookError::File { path, problem }) => Ok((page, Err(damaged_scan_metadata(&path, &problem)))),
            scan => Ok((page, Ok(scan?))),
        })
        .collect::<Result<Vec<_>, LookError>>()?;
    let (mut found, mut unreadable) = (BTreeMap::new(), BTreeMap::new());
    for (page, scan) in looked {
        match scan {
            Ok(scan) => _ = found.insert(page, scan),
            Err(failure) => _ = unreadable.insert(page, failure),
        }
    }
    for (unit, record) in failures(store, book, "source")? {
        if let Some(page) = unit.page().filter(|page| !found.contains_key(page)) {
            unreadable.insert(page, record.failure);
        }
    }
    Ok((found, unreadable))
}

fn damaged_scan_metadata(path: &BookPath, problem: &str) -> Failure {
    let book = path.book();
    Failure::of(Cause::Input, format!("{path} {problem}"))
        .hint(format!("`shelf verify {book} --repair` moves the file aside; the scan itself is not touched"))
}

/// A scan with its hash: the noted one as long as the image is no younger than the note and has its size, else a new one.
fn scan(
    store: &dyn Store,
    book: &ScanId,
    page: PageNumber,
    image: String,
    earlier: Option<&BookState>,
) -> Result<Scan, LookError> {
    let image_path = BookPath::new(book, &format!("source/{image}"))?;
    let note_path = BookPath::page(book, "source", page);
    let stamps = [store.stamp(&image_path)?, store.stamp(&note_path)?];
    if let Some(scan) = earlier.and_then(|earlier| earlier.scans.get(&page))
        && stamps[0].is_some()
        && scan.image == image
        && scan.stamps == stamps
    {
        return Ok(scan.clone());
    }
    let noted = json::<ScanMetadata>(store, &note_path)?.filter(|noted| noted.image == image);
    if let Some(noted) = &noted
        && let [Some(file), Some(note)] = stamps
        && file.bytes == noted.bytes
        && file.modified_ns <= note.modified_ns
    {
        return Ok(Scan { image, hash: Hash::known(&noted.hash), page: Some(noted.clone()), stamps });
    }
    let hash = Hash::of(&store.read(&image_path)?.unwrap_or_default());
    let page = noted.filter(|noted| noted.hash == hash.as_str());
    Ok(Scan { image, hash, page, stamps })
}

fn stage(
    store: &dyn Store,
    book: &ScanId,
    entry: &Entry,
    earlier: Option<&BookState>,
) -> Result<StageState, LookError> {
    let name = entry.row.name;
    let earlier = earlier.map(|earlier| earlier.stage(name));
    let files: Vec<(Unit, String)> = store
        .list(book, name)?
        .into_iter()
        .filter_map(|file| match PageNumber::of_page_file(&file) {
            Some(page) if !entry.row.book => Some((Unit::Page(page), file)),
            None if entry.row.book && file == "book.json" => Some((Unit::Book, file)),
            _ => None,
        })
        .collect();
    let seen = files
        .into_par_iter()
        .map(|(page, file)| {
            let path = BookPath::new(book, &format!("{name}/{file}"))?;
            // Taken before the file is read: one that is replaced in between is read again by whoever looks again.
            let stamp = store.stamp(&path)?;
            let known = earlier.and_then(|earlier| {
                let unchanged = stamp.is_some() && earlier.stamps.get(&page) == stamp.as_ref();
                earlier.pages.get(&page).filter(|_| unchanged)
            });
            let state = match known {
                Some(known) => known.clone(),
                None => page_state(entry, page, &store.read(&path)?.unwrap_or_default()),
            };
            Ok((page, state, stamp))
        })
        .collect::<Result<Vec<_>, LookError>>()?;
    let stamps = seen.iter().filter_map(|(page, _, stamp)| Some((*page, (*stamp)?))).collect();
    let pages = seen.into_iter().map(|(page, state, _)| (page, state)).collect();
    let redo = json_unless_damaged::<RedoMarker>(store, &RedoMarker::path(book, name)?)?;
    let after_due = json_unless_damaged::<AfterDue>(store, &AfterDue::path(book, name)?)?;
    Ok(StageState { pages, stamps, failed: failures(store, book, name)?, redo, after_due })
}

fn page_state(entry: &Entry, unit: Unit, bytes: &[u8]) -> PageState {
    match entry.page_type.read(bytes) {
        Ok(StoredPage { record: Some(record), .. })
            if record.stage != entry.row.name || record.operation.page_num != unit =>
        {
            PageState::Damaged(format!("holds {} of `{}`", record.operation.page_num, record.stage))
        }
        Ok(found) => PageState::Valid(PageSummary::new(found.hash, found.record.as_ref())),
        Err(damage) if entry.row.takes_kept_files() && entry.page_type.is_modified(bytes, &damage) => {
            PageState::Modified(damage.to_string())
        }
        Err(damage) => PageState::Damaged(damage.to_string()),
    }
}

fn failures(store: &dyn Store, book: &ScanId, stage: &str) -> Result<BTreeMap<Unit, FailedRecord>, LookError> {
    let mut failed = BTreeMap::new();
    for file in store.list(book, &format!("{stage}/failed"))? {
        if let Some(unit) = Unit::of_file(&file) {
            let path = BookPath::new(book, &format!("{stage}/failed/{file}"))?;
            failed.extend(json_unless_damaged::<FailedRecord>(store, &path)?.map(|record| (unit, record)));
        }
    }
    Ok(failed)
}
