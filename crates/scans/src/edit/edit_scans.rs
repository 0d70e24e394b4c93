use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::book_copy::BookCopy;
use super::error::EditError;
use super::removed::{Place, Removal, RemovingEdit, removed_pages};
use super::renumbering::Renumbering;
use super::scan_edit::ScanEdit;
use crate::existing_text::{read_stored_text, write_text};
use crate::formats::opened_page::PageInFile;
use crate::rotation::Rotation;
use crate::scan::plan::plan_pages;
use crate::scan::records::ScanRecords;
use crate::scan::source::{InputFile, Source, inspect_all};
use crate::scan::write::{ScanRequest, WRITE_SCAN, WrittenScan};
use crate::staging::Staging;
use shelf_runtime::book::{
    BookMetadata, EXISTING_TEXT, ExistingTextMetadata, Origin, PageNumber, ScanId, ScanMetadata,
};
use shelf_runtime::clock::now;
use shelf_runtime::failure::Failure;
use shelf_runtime::inspect::{BookState, look, metadata};
use shelf_runtime::record::Hash;
use shelf_runtime::registry::Registry;
use shelf_runtime::report;
use shelf_runtime::store::{BookPath, FolderStore, Store};
use shelf_runtime::worker::{Allowance, WorkerPool};

/// What an edit did to a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditSummary {
    /// The pages that have a new scan, by their new numbers.
    pub new_pages: Vec<PageNumber>,
    /// The scans that were replaced or removed: paths in the book's folder.
    pub kept_scans: Vec<PathBuf>,
    /// Pages that have another number than before.
    pub renumbered: usize,
    /// Pages in the book now.
    pub pages: u32,
    /// The new pages whose text came with their scans and cannot be read, and why.
    pub unreadable_text: Vec<(PageNumber, String)>,
}

/// Resolution at which pages of a PDF are rendered that are not scans, dots per inch.
const RENDER_DPI: u32 = 300;

/// Edits the scans of a book: completely, or not at all. Other pages keep their results and records.
///
/// # Errors
/// The first thing that makes the edit impossible; the book is then unchanged.
pub fn edit_scans(
    store: &FolderStore,
    registry: &Registry,
    worker_pool: &WorkerPool,
    book: &ScanId,
    edit: &ScanEdit,
) -> Result<EditSummary, EditError> {
    metadata(store, book)?;
    let _lock = store.lock(book)?;
    let state = look(store, registry, book)?;
    let last = state.pages.last().map_or(0, |page| page.get());
    check(&state, edit, last)?;
    store.refuse_links_outside(book)?;
    let removed_before = removed_pages(store, book)?;
    let sources = inspect_sources(edit, worker_pool)?;
    let staging = Staging::new(store.root(), book)?;
    let folder = staging.make_folder("source")?;
    let mut records = ScanRecords::new(&staging, &folder);
    let mut new_scans: BTreeMap<PageNumber, Option<Hash>> = BTreeMap::new();
    let (mut restored, mut renumbering) = (None, Renumbering::none());
    let removing = match edit {
        ScanEdit::Replace { page, .. } | ScanEdit::Insert { page, .. } => {
            // Spreads are not split here: someone who edits single pages has seen them.
            for (number, planned) in (page.get()..).filter_map(PageNumber::new).zip(plan_pages(&sources, None)) {
                let scan = planned.write(worker_pool, staging.path(), number, RENDER_DPI);
                let scan = scan.map_err(|failure| EditError::Unreadable {
                    file: planned.source.input.path.clone(),
                    failure: Box::new(failure),
                })?;
                new_scans.insert(number, Some(scan.hash.clone()));
                records.write(number, planned.origin(), Ok(scan))?;
            }
            RemovingEdit::Replace
        }
        ScanEdit::Rotate { page, rotation } => {
            let (scan, origin) = rotate_scan(store, worker_pool, &state, *page, *rotation, staging.path())?;
            new_scans.insert(*page, Some(scan.hash.clone()));
            records.write(*page, origin, Ok(scan))?;
            RemovingEdit::Rotate
        }
        ScanEdit::Drop { pages } => {
            renumbering = Renumbering::dropped(pages.clone());
            RemovingEdit::Drop
        }
        ScanEdit::Restore { name } => {
            let page = removed_before.iter().find(|page| page.name == *name);
            let page = page.ok_or_else(|| EditError::NotRemoved { book: book.clone(), name: name.clone() })?;
            let number = match page.place(&removed_before, &state) {
                Place::Of(number) => number,
                Place::Inserted(number) => {
                    renumbering = Renumbering::inserted(number, 1);
                    number
                }
            };
            new_scans.insert(number, page.removal.as_ref().map(|removal| removal.scan.clone()));
            restored = Some((page, number));
            RemovingEdit::Restore
        }
    };
    if let ScanEdit::Insert { page, .. } = edit {
        renumbering = Renumbering::inserted(*page, new_scans.len() as u32);
    }
    let inserted = renumbering.inserted_count();
    let when = now();
    let removal = |page: PageNumber| {
        let replaced_by = new_scans.get(&page).cloned().flatten();
        let dropped = renumbering.dropped_pages();
        Some((page, Removal::of(removing, page, when, &state, dropped, replaced_by)?))
    };
    let rescanned: BTreeSet<PageNumber> = new_scans.keys().copied().filter(|_| inserted == 0).collect();
    let removed =
        rescanned.iter().copied().chain(renumbering.dropped_pages().iter().copied()).filter_map(removal).collect();
    let unreadable_text = records.unreadable_text.iter().map(|(page, failure)| (*page, failure.to_string())).collect();
    let mut copy = BookCopy::new(store.book_folder(book), &staging, &renumbering, rescanned, removed, restored)?;
    copy.link_book(book, registry)?;
    let kept_scans = copy.kept_scans();
    let dropped = state.pages.iter().filter(|page| renumbering.of_page(**page).is_none()).count() as u32;
    let pages = last + inserted - dropped;
    let new_pages: Vec<PageNumber> = new_scans.into_keys().collect();
    let mut source_files = state.metadata.source_files.clone();
    for source in &sources {
        if !source_files.contains(&source.name) {
            source_files.push(source.name.clone());
        }
    }
    let metadata = BookMetadata { total_pages: pages, source_files, ..state.metadata.clone() };
    staging.write_json_with_checksum("metadata.json", &metadata)?;
    staging.replace_book()?;
    for entry in registry.stages() {
        if store.read(&report::path(book, entry.row.name).expect("a stage's name is a valid folder name"))?.is_some() {
            report::write_if_changed(store, book, &report::read(store, entry, book)?)?;
        }
    }
    let is_renumbered = |page: &&PageNumber| renumbering.of_page(**page).is_some() && !renumbering.keeps(**page);
    let renumbered = state.pages.iter().filter(is_renumbered).count();
    Ok(EditSummary { new_pages, kept_scans, renumbered, pages, unreadable_text })
}

/// Refuses page numbers that are out of range.
fn check(state: &BookState, edit: &ScanEdit, last: u32) -> Result<(), EditError> {
    let in_range = |page: PageNumber| {
        if page.get() <= last { Ok(()) } else { Err(EditError::OutOfRange { book: state.id.clone(), page, last }) }
    };
    match edit {
        ScanEdit::Replace { page, .. } => in_range(*page),
        // A page may be appended after the last one.
        ScanEdit::Insert { page, .. } if page.get() > last + 1 => {
            Err(EditError::Gap { book: state.id.clone(), page: *page, last })
        }
        ScanEdit::Rotate { page, .. } if !state.scans.contains_key(page) => {
            in_range(*page).and(Err(EditError::NoScan { book: state.id.clone(), page: *page }))
        }
        ScanEdit::Insert { .. } | ScanEdit::Rotate { .. } | ScanEdit::Restore { .. } => Ok(()),
        ScanEdit::Drop { pages } if pages.len() as u32 >= last => {
            Err(EditError::NoPagesLeft { book: state.id.clone() })
        }
        ScanEdit::Drop { pages } => pages.iter().try_for_each(|page| in_range(*page)),
    }
}

/// Inspects the files that new scans come from.
fn inspect_sources(edit: &ScanEdit, worker_pool: &WorkerPool) -> Result<Vec<Source>, EditError> {
    let files: Vec<&PathBuf> = match edit {
        ScanEdit::Replace { file, .. } => vec![file],
        ScanEdit::Insert { files, .. } => files.iter().collect(),
        ScanEdit::Drop { .. } | ScanEdit::Rotate { .. } | ScanEdit::Restore { .. } => Vec::new(),
    };
    let inputs = files.into_iter().map(|path| InputFile::detect(path)).collect::<Result<Vec<_>, _>>()?;
    let sources = inspect_all(inputs, worker_pool, RENDER_DPI, &false.into())?;
    match (edit, sources.as_slice()) {
        (ScanEdit::Replace { file, .. }, [source]) if source.images.len() != 1 => {
            Err(EditError::SeveralPages { file: file.clone(), pages: source.images.len() })
        }
        _ => Ok(sources),
    }
}

fn rotate_scan(
    store: &FolderStore,
    worker_pool: &WorkerPool,
    state: &BookState,
    page: PageNumber,
    rotation: Rotation,
    book: &Path,
) -> Result<(WrittenScan, Origin), EditError> {
    let scan = state.scans.get(&page).ok_or_else(|| EditError::NoScan { book: state.id.clone(), page })?;
    let InputFile { path: file, format, .. } =
        InputFile::detect(&store.book_folder(&state.id).join("source").join(&scan.image))?;
    let from = PageInFile { file: file.clone(), format, page: 1, dpi: RENDER_DPI };
    let request = ScanRequest { rotation: Some(rotation), ..ScanRequest::whole(from, &book.join("source"), page) };
    let metadata = scan.page.as_ref();
    let pixels = metadata.map_or(0, |metadata| u64::from(metadata.width) * u64::from(metadata.height));
    let unreadable = |failure| EditError::Unreadable { file, failure: Box::new(failure) };
    let written = worker_pool.call(&WRITE_SCAN, request, Allowance::pixels(pixels)).map_err(unreadable)?;
    let text = rotate_text(store, &state.id, page, metadata, rotation, book).transpose();
    let written = WrittenScan { text, ..written };
    let origin = metadata.map(|metadata| metadata.origin.clone());
    Ok((written, origin.unwrap_or_else(|| Origin { file: scan.image.clone(), page: None, half: None })))
}

/// Rotates the text that came with a scan, into the folder of the edited book.
fn rotate_text(
    store: &FolderStore,
    id: &ScanId,
    page: PageNumber,
    metadata: Option<&ScanMetadata>,
    rotation: Rotation,
    book: &Path,
) -> Result<Option<ExistingTextMetadata>, Failure> {
    let Some(metadata) = metadata.filter(|metadata| metadata.existing_text.is_some()) else { return Ok(None) };
    let Some(bytes) = store.read(&BookPath::page(id, EXISTING_TEXT, page))? else { return Ok(None) };
    let text = read_stored_text(&bytes)?.rotated(rotation, (metadata.width, metadata.height));
    write_text(book, page, &text).map(Some)
}
