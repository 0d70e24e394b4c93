use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::archive::unpack_archives;
use super::discover::{DiscoveredFiles, discover};
use super::estimates::correct_estimates;
use super::find_record::find_record;
use super::find_spreads::find_spreads;
use super::free_space::check_free_space;
use super::originals::{copy_originals, needed_bytes};
use super::progress::{Progress, Report};
use super::title::title_of;
use super::warning::{Warning, record_note, skipped_warning, spread_warnings, text_note};
use super::{AddError, AddRequest, DPI_RANGE};
use crate::file_error::FileError;
use crate::scan::plan::{PlannedPage, plan_pages};
use crate::scan::records::ScanRecords;
use crate::scan::source::{Source, inspect_all};
use crate::scan::write::WrittenScan;
use crate::staging::Staging;
use shelf_runtime::book::{BookMetadata, Inferred, PageNumber, ScanId};
use shelf_runtime::clock::now;
use shelf_runtime::failure::Failure;
use shelf_runtime::store::FolderStore;
use shelf_runtime::worker::WorkerPool;

/// A book that was added.
#[derive(Debug)]
pub struct Added {
    /// Its id.
    pub id: ScanId,
    /// Its title.
    pub title: String,
    /// Its pages, including those that failed.
    pub pages: usize,
    /// The pages that cannot be read, and why. They are recorded in `source/failed`.
    pub failed: Vec<(PageNumber, Failure)>,
    /// The pages whose text came with their scans and cannot be read, and why: they are added without it.
    pub unreadable_text: Vec<(PageNumber, Failure)>,
    /// What else the user should know.
    pub warnings: Vec<Warning>,
}

/// The most pages of a book.
const MAX_PAGES: usize = 100_000;

/// Adds a book to the library: all of it, or nothing.
///
/// `workers` pages are processed at a time, each in one of the worker processes in `worker_pool`. A page that cannot be read is a failed page, and the
/// others are added. `stop` is checked between pages.
///
/// # Errors
/// The first thing that makes the book impossible; the library is then unchanged.
pub fn add(
    store: &FolderStore,
    worker_pool: &WorkerPool,
    request: &AddRequest,
    workers: usize,
    report: &(dyn Fn(Progress<'_>) + Sync),
    stop: &AtomicBool,
) -> Result<Added, AddError> {
    if !DPI_RANGE.contains(&request.dpi) {
        return Err(AddError::DpiOutOfRange { found: request.dpi });
    }
    let mut discovered = discover(&request.inputs)?;
    let (id, title) = id_and_title(request)?;
    let (of_title, author) = (Some(title.clone()), request.author.clone());
    BookMetadata { title: of_title, author, ..BookMetadata::default() }.check_limits()?;
    if store.book_folder(&id).symlink_metadata().is_ok() {
        return Err(AddError::Exists { id });
    }
    let record = find_record(&request.inputs, &mut discovered.skipped)?;
    let _unpacked = unpack_archives(&mut discovered, &request.inputs, store.root(), &id, worker_pool)?;
    let DiscoveredFiles { files, mut skipped } = discovered;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(workers.max(1)).build();
    let no_threads = |error| FileError::cannot("start threads for", store.root())(std::io::Error::other(error));
    let pool = pool.map_err(no_threads)?;
    let mut sources = pool.install(|| inspect_all(files, worker_pool, request.dpi, stop))?;
    count_pages(&sources)?;
    skipped.retain(|file| !sources.iter().any(|source| source.text.as_ref().is_some_and(|text| text.path == *file)));
    pool.install(|| find_spreads(&mut sources, request.spreads, worker_pool, request.dpi, report, stop))?;
    let pages = count_pages(&sources)?;
    report(Progress::Counted { files: sources.len(), pages });
    check_free_space(store.root(), needed_bytes(&sources)?)?;

    let staging = Staging::new(store.root(), &id)?;
    let folder = staging.make_folder("source")?;
    copy_originals(&mut sources, &staging)?;
    let plan = plan_pages(&sources, request.languages.first().map(String::as_str));
    let mut scans = pool.install(|| write_scans(&plan, staging.path(), request.dpi, worker_pool, report, stop))?;
    correct_estimates(scans.iter_mut().flatten());
    let mut records = ScanRecords::new(&staging, &folder);
    for (page, scan) in plan.iter().zip(scans) {
        records.write(page.number, page.origin(), scan)?;
    }
    if records.failed.len() == plan.len() {
        return Err(AddError::AllPagesFailed { inputs: request.inputs.clone(), failed: records.failed });
    }
    let mut metadata = BookMetadata {
        title: request.title.clone(),
        author: request.author.clone(),
        language: request.languages.clone(),
        total_pages: pages as u32,
        scan_date: Some(now().to_string()),
        source_files: names_of(&sources),
        extraction_dpi: records.rendered_dpi,
        status: Some("registered".to_owned()),
        ..BookMetadata::default()
    };
    if let Some(record) = &record {
        record.fill(&mut metadata);
    }
    metadata.infer(Inferred { title: Some(title.clone()), ..Inferred::default() });
    staging.write_json_with_checksum("metadata.json", &metadata)?;
    let ScanRecords { failed, warnings, with_text, unreadable_text, .. } = records;
    if stop.load(Ordering::Relaxed) {
        return Err(AddError::Stopped);
    }
    staging.publish()?;
    let is_written = |page: &&PlannedPage<'_>| failed.binary_search_by_key(&page.number, |(page, _)| *page).is_err();
    let of_spreads = spread_warnings(plan.iter().filter(is_written), request.spreads);
    let of_scans = warnings.into_iter().map(|(text, pages)| Warning { text, pages });
    let warnings = of_scans.chain(of_spreads).chain(skipped_warning(&skipped)).chain(text_note(&with_text, pages));
    let warnings = record.iter().map(record_note).chain(warnings).collect();
    let title = metadata.title.unwrap_or(title);
    Ok(Added { id, title, pages, failed, unreadable_text, warnings })
}

fn id_and_title(request: &AddRequest) -> Result<(ScanId, String), AddError> {
    let id = request.book_id();
    let id = id.ok_or_else(|| AddError::NoId { name: request.inputs.first().cloned().unwrap_or_default() })?;
    if id.is_device_name() {
        return Err(AddError::DeviceName { id });
    }
    let title = request.title.clone().or_else(|| title_of(&request.inputs)).unwrap_or_else(|| id.to_string());
    Ok((id, title))
}

/// The names of the files that were added: of an archive, its own.
fn names_of(sources: &[Source]) -> Vec<String> {
    let mut names: Vec<String> =
        sources.iter().map(|source| source.input.archive.as_ref().unwrap_or(&source.name).clone()).collect();
    names.dedup();
    names
}

fn count_pages(sources: &[Source]) -> Result<usize, AddError> {
    let pages = sources.iter().map(Source::page_count).sum();
    if pages > MAX_PAGES {
        return Err(AddError::TooManyPages { found: pages, max: MAX_PAGES });
    }
    Ok(pages)
}

fn write_scans(
    plan: &[PlannedPage<'_>],
    book: &Path,
    dpi: u32,
    worker_pool: &WorkerPool,
    report: Report<'_>,
    stop: &AtomicBool,
) -> Result<Vec<Result<WrittenScan, Failure>>, AddError> {
    let done = AtomicUsize::new(0);
    // One report at a time, so that the count only grows.
    let reporting = Mutex::new(());
    let write = |page: &PlannedPage<'_>| {
        if stop.load(Ordering::Relaxed) {
            return Err(AddError::Stopped);
        }
        let scan = page.write(worker_pool, book, page.number, dpi);
        if scan.is_err() {
            // A full disk fails the book, not the page.
            check_free_space(book, 0)?;
        }
        // So does a failure that says nothing of the page: without it, the book would be published incomplete.
        let scan = match scan {
            Err(failure) if failure.transient => {
                return Err(AddError::PageNotRead { page: page.number, failure: Box::new(failure) });
            }
            scan => scan,
        };
        let _one_at_a_time = reporting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        report(Progress::Page { page: page.number, done, pages: plan.len(), failure: scan.as_ref().err() });
        Ok(scan)
    };
    plan.par_iter().with_max_len(1).map(write).collect()
}
