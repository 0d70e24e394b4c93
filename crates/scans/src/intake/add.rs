use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::gather::{Gathered, gather};
use super::plan::{Planned, note_spreads, plan};
use super::records::Records;
use super::scan::{Scan, ScanOrder, WRITE_SCAN};
use super::source::{Source, copy_originals, find_spreads, inspect_all, needed_bytes};
use super::staging::Staging;
use super::title::title_of;
use super::{AddError, AddRequest, DPI_RANGE, room};
use shelf_runtime::book::{BookMetadata, PageNumber, Presumed, ScanId};
use shelf_runtime::clock::now;
use shelf_runtime::failure::Failure;
use shelf_runtime::store::FolderStore;
use shelf_runtime::worker::{Allowance, WorkerPool};

/// A book that was added.
#[derive(Debug)]
pub struct Added {
    /// Its id.
    pub id: ScanId,
    /// Its title.
    pub title: String,
    /// Its pages, those that failed included.
    pub pages: usize,
    /// The pages that could not be read, and why. They stand in `source/failed`.
    pub failed: Vec<(PageNumber, Failure)>,
    /// What else the user should know.
    pub notes: Vec<Note>,
}

/// Something the user should know, and the pages it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is to be said.
    pub text: String,
    /// The pages; none where it is about the whole.
    pub pages: Vec<PageNumber>,
}

/// How far an addition has come.
#[derive(Debug)]
pub enum Progress<'a> {
    /// There are pictures wider than high, and it will be looked whether they show two pages.
    Landscape {
        /// Such pictures.
        pictures: usize,
    },
    /// One of them was looked at.
    Looked,
    /// The files are looked through.
    Counted {
        /// Files.
        files: usize,
        /// Pages in them.
        pages: usize,
    },
    /// A page is done.
    Page {
        /// Its number.
        page: PageNumber,
        /// Pages done, this one included.
        done: usize,
        /// Pages in all.
        pages: usize,
        /// Why it failed, if it did.
        failure: Option<&'a Failure>,
    },
}

/// The most pages of a book.
const MAX_PAGES: usize = 100_000;

/// Adds a book to the library: all of it, or nothing.
///
/// `workers` pages are worked on at a time, each in a worker of `worker_pool`. A page that cannot be read is a failed page, and the
/// others go in. `stop` is looked at between pages.
pub fn add(
    store: &FolderStore,
    worker_pool: &WorkerPool,
    request: &AddRequest,
    workers: usize,
    progress: &(dyn Fn(Progress<'_>) + Sync),
    stop: &AtomicBool,
) -> Result<Added, AddError> {
    if !DPI_RANGE.contains(&request.dpi) {
        return Err(AddError::Resolution { found: request.dpi });
    }
    let Gathered { files, skipped } = gather(&request.inputs)?;
    let (id, title) = name_of(request)?;
    if store.book_folder(&id).symlink_metadata().is_ok() {
        return Err(AddError::Exists { id });
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(workers.max(1)).build();
    let pool = pool.map_err(|error| AddError::io("start threads for", store.root())(std::io::Error::other(error)))?;
    let mut sources = pool.install(|| inspect_all(files, worker_pool, request.dpi, stop))?;
    count_pages(&sources)?;
    pool.install(|| find_spreads(&mut sources, request.spreads, worker_pool, request.dpi, progress, stop))?;
    let pages = count_pages(&sources)?;
    progress(Progress::Counted { files: sources.len(), pages });
    room::check_room(store.root(), needed_bytes(&sources)?)?;

    let staging = Staging::new(store.root(), &id)?;
    let folder = staging.make_folder("source")?;
    copy_originals(&mut sources, &staging)?;
    let plan = plan(&sources, request.languages.first().map(String::as_str));
    let scans = pool.install(|| write_scans(&plan, &folder, request.dpi, worker_pool, progress, stop))?;
    let mut records = Records::new(&staging, &folder);
    for (page, scan) in plan.iter().zip(scans) {
        records.write(page.number, page.origin(), scan)?;
    }
    if records.failed.len() == plan.len() {
        return Err(AddError::EveryPage { inputs: request.inputs.clone(), failed: records.failed });
    }
    let mut metadata = BookMetadata {
        title: request.title.clone(),
        author: request.author.clone(),
        language: request.languages.clone(),
        total_pages: pages as u32,
        scan_date: Some(now()),
        source_files: sources.iter().map(|source| source.name.clone()).collect(),
        extraction_dpi: records.drawn_dpi,
        status: Some("registered".to_owned()),
        ..BookMetadata::default()
    };
    metadata.presume(Presumed { title: Some(title.clone()), ..Presumed::default() });
    staging.write_json("metadata.json", &metadata)?;
    let Records { failed, notes, .. } = records;
    if stop.load(Ordering::Relaxed) {
        return Err(AddError::Stopped);
    }
    staging.publish()?;
    let is_written = |page: &&Planned<'_>| failed.binary_search_by_key(&page.number, |(page, _)| *page).is_err();
    let of_spreads = note_spreads(plan.iter().filter(is_written), request.spreads);
    let of_scans = notes.into_iter().map(|(text, pages)| Note { text, pages });
    let notes = of_scans.chain(of_spreads).chain(note_skipped(&skipped)).collect();
    Ok(Added { id, title, pages, failed, notes })
}

fn name_of(request: &AddRequest) -> Result<(ScanId, String), AddError> {
    let id = request.book_id();
    let id = id.ok_or_else(|| AddError::NoId { name: request.inputs.first().cloned().unwrap_or_default() })?;
    let title = request.title.clone().or_else(|| title_of(&request.inputs)).unwrap_or_else(|| id.to_string());
    Ok((id, title))
}

fn count_pages(sources: &[Source]) -> Result<usize, AddError> {
    let pages = sources.iter().map(Source::page_count).sum();
    if pages > MAX_PAGES {
        return Err(AddError::TooManyPages { found: pages, most: MAX_PAGES });
    }
    Ok(pages)
}

fn write_scans(
    plan: &[Planned<'_>],
    folder: &Path,
    dpi: u32,
    worker_pool: &WorkerPool,
    progress: &(dyn Fn(Progress<'_>) + Sync),
    stop: &AtomicBool,
) -> Result<Vec<Result<Scan, Failure>>, AddError> {
    let done = AtomicUsize::new(0);
    // Reports come one after the other, so that the count only grows.
    let reporting = Mutex::new(());
    let write = |page: &Planned<'_>| {
        if stop.load(Ordering::Relaxed) {
            return Err(AddError::Stopped);
        }
        let from = page.file.page(page.page, dpi);
        let order = ScanOrder { from, cut: page.cut, turn: None, folder: folder.to_owned(), number: page.number };
        let scan = worker_pool.call(&WRITE_SCAN, order, Allowance::pixels(page.sketch().pixels));
        if scan.is_err() {
            // A full disk is the book's failure, not the page's.
            room::check_room(folder, 0)?;
        }
        let _one_at_a_time = reporting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        progress(Progress::Page { page: page.number, done, pages: plan.len(), failure: scan.as_ref().err() });
        Ok(scan)
    };
    plan.par_iter().with_max_len(1).map(write).collect()
}

/// Names every file that was skipped.
fn note_skipped(skipped: &[PathBuf]) -> Option<Note> {
    let names = skipped.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy());
    let names = names.collect::<Vec<_>>().join(", ");
    let text = match skipped.len() {
        0 => return None,
        1 => format!("skipped 1 file that is not a scan: {names}"),
        count => format!("skipped {count} files that are not scans: {names}"),
    };
    Some(Note { text, pages: Vec::new() })
}
