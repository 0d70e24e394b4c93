use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::scheduler::{Settings, run};
use super::{Stop, Summary};
use crate::book::{Languages, PageNumber, ScanId, ScanMetadata, Unit};
use crate::doctor::Finding;
use crate::events::{Event, Listener, PageOf};
use crate::failure::Failure;
use crate::inspect::{BookState, LookError, RecordSummary, Scan, describe_scan, look, look_again};
use crate::plan::{Plan, PlanError, Request, plan};
use crate::preflight::{self, Prospect};
use crate::provide::{HandleRequest, Providers};
use crate::record::RedoMarker;
use crate::registry::Registry;
use crate::report;
use crate::stage::{ExternalInput, Handles, Row};
use crate::store::{BookPath, BookPathError, Store, StoreError};
use crate::worker::WorkerPool;

/// The resources of a run.
#[derive(Clone)]
pub struct Runtime {
    /// The library.
    pub store: Arc<dyn Store>,
    /// The stages.
    pub registry: Arc<Registry>,
    /// The worker processes.
    pub worker_pool: WorkerPool,
    /// The providers of crates above the runtime.
    pub providers: Providers,
}

impl Runtime {
    /// The same resources, with workers that read no file of another book.
    fn within_book(&self, book: &ScanId) -> Self {
        match self.store.folder() {
            Some(root) => {
                let worker_pool = self.worker_pool.narrowed(root, &root.join(book.as_str()));
                Self { worker_pool, ..self.clone() }
            }
            None => self.clone(),
        }
    }

    /// The providers' handles for a page or a hook.
    pub(crate) fn handles(
        &self,
        book: &BookState,
        row: &'static Row,
        unit: Unit,
        retry_epoch: Option<&str>,
    ) -> Handles {
        self.providers.handles(&HandleRequest { store: &self.store, book: &book.id, row, unit, retry_epoch })
    }
}

/// Why a book was not processed at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// The book cannot be inspected.
    #[error(transparent)]
    Look(#[from] LookError),
    /// The request cannot be planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The book is in use, or the store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A requirement of a stage is not installed. Nothing was changed.
    #[error("{stage}: {}", finding.found)]
    Missing {
        /// The stage.
        stage: &'static str,
        /// What is missing, and how to get it.
        finding: Finding,
    },
    /// The name of a stage is not a valid folder name.
    #[error(transparent)]
    Path(#[from] BookPathError),
    /// A file cannot be written as JSON.
    #[error("cannot write the book's files")]
    Note(#[source] serde_json::Error),
}

/// Locks a book, plans the request, carries it out and writes the reports.
pub fn process(
    runtime: &Runtime,
    book: &ScanId,
    request: &Request,
    settings: &Settings,
    listener: &dyn Listener,
    stop: &Stop,
) -> Result<Summary, ProcessError> {
    with_lock(runtime, book, settings, listener, stop, request, |store, registry| look(store, registry, book))
}

/// Processes a book that was inspected before it was locked: files that have not changed since are not read again.
pub fn process_inspected(
    runtime: &Runtime,
    earlier: &BookState,
    request: &Request,
    settings: &Settings,
    listener: &dyn Listener,
    stop: &Stop,
) -> Result<Summary, ProcessError> {
    with_lock(runtime, &earlier.id, settings, listener, stop, request, |store, registry| {
        look_again(store, registry, earlier)
    })
}

/// Records which pages a request makes again ([`Request::redo`]), for runs of single shards that follow: they make these pages again, and a
/// run over the whole book ends it. Does nothing without `redo`.
pub fn begin_redo(runtime: &Runtime, book: &ScanId, request: &Request) -> Result<(), ProcessError> {
    let store = &*runtime.store;
    if request.redo.is_none() {
        return Ok(());
    }
    if store.stamp(&BookPath::metadata(book))?.is_none() {
        return Err(LookError::NoBook(book.clone()).into());
    }
    let _lock = store.lock(book)?;
    let state = look(store, &runtime.registry, book)?;
    let planned = plan(&runtime.registry, &state, request, &runtime.providers)?;
    mark(store, &state, &planned)
}

fn with_lock(
    runtime: &Runtime,
    book: &ScanId,
    settings: &Settings,
    listener: &dyn Listener,
    stop: &Stop,
    request: &Request,
    inspect: impl FnOnce(&dyn Store, &Registry) -> Result<BookState, LookError>,
) -> Result<Summary, ProcessError> {
    let store = &*runtime.store;
    if store.stamp(&BookPath::metadata(book))?.is_none() {
        return Err(LookError::NoBook(book.clone()).into());
    }
    let _lock = match request.shard {
        Some(shard) => store.lock_shard(book, shard)?,
        None => store.lock(book)?,
    };
    runtime.providers.open_book(store, book)?;
    let mut state = inspect(store, &runtime.registry)?;
    let planned = plan(&runtime.registry, &state, request, &runtime.providers)?;
    check_needs(&state, &planned)?;
    note_scans(runtime, &mut state, &planned)?;
    mark(store, &state, &planned)?;
    let stages: Vec<_> = planned.stages.iter().map(|stage| (Arc::clone(&stage.entry), stage.redo.clone())).collect();
    let asked: BTreeSet<_> = planned.jobs.iter().map(|job| job.page).chain(planned.settled.keys().copied()).collect();
    let (mut summary, state) = run(&runtime.within_book(book), state, planned, settings, listener, stop);
    // Other shards may have made pages meanwhile: whoever writes a report last has to know all of them.
    let (_report_lock, state) = match request.shard {
        Some(_) => (Some(store.lock_report(book)?), look_again(store, &runtime.registry, &state)?),
        None => (None, state),
    };
    for (entry, redo) in stages {
        let name = entry.row.name;
        if summary.stopped.is_none()
            && let Some(marker) = redo
            && marker.pages.iter().all(|unit| asked.iter().any(|of| of.stage == name && of.unit == *unit))
        {
            store.remove(&RedoMarker::path(book, name)?)?;
        }
        let counted = summary.stages.iter_mut().find(|stage| stage.stage == name).expect("every stage is summed up");
        if entry.row.book {
            let record = state.record(PageOf { stage: name, unit: Unit::Book });
            counted.book_warnings = record.map(RecordSummary::warnings).unwrap_or_default();
            continue;
        }
        let report = report::of(&state, &entry);
        counted.flagged = report.flagged_pages();
        // It may be out of date even if no page was made: a run may have died before it wrote the report.
        match report::write_if_changed(store, book, &report) {
            Ok(true) => listener.on(&Event::Reported { stage: name }),
            Ok(false) => {}
            Err(error) => counted.report_error = Some(format!("the report was not written: {error}")),
        }
    }
    Ok(summary)
}

/// Refuses the run if a requirement of a stage with pages to make is missing.
fn check_needs(state: &BookState, plan: &Plan) -> Result<(), ProcessError> {
    let languages = Languages::from(&state.metadata);
    for stage in &plan.stages {
        let name = stage.entry.row.name;
        if plan.jobs.iter().any(|job| job.page.stage == name) {
            let options = stage.option_values();
            if let Some(finding) = preflight::missing(name, &Prospect::new(&options, &languages)).into_iter().next() {
                return Err(ProcessError::Missing { stage: name, finding });
            }
        }
    }
    Ok(())
}

/// Inspects scans without metadata, as far as the plan needs them: those of a book from another program. An image
/// that cannot be opened gets none, and its page fails.
fn note_scans(runtime: &Runtime, state: &mut BookState, plan: &Plan) -> Result<(), ProcessError> {
    let reads_scans =
        |stage: &str| runtime.registry.get(stage).is_some_and(|entry| entry.row.inputs.contains(&ExternalInput::Scan));
    let wanted: BTreeSet<_> =
        plan.jobs.iter().filter(|job| reads_scans(job.page.stage)).filter_map(|job| job.page.unit.page()).collect();
    let store = &*runtime.store;
    let book = state.id.clone();
    state.scans.par_iter_mut().filter(|(page, scan)| scan.page.is_none() && wanted.contains(page)).try_for_each(
        |(page, scan)| -> Result<(), ProcessError> {
            match look_at_scan(runtime, &book, *page, scan)? {
                Ok(noted) => {
                    let bytes = serde_json::to_vec(&noted).map_err(ProcessError::Note)?;
                    store.write(&BookPath::page(&book, "source", *page), &bytes)?;
                    scan.page = Some(noted);
                }
                Err(failure) => tracing::warn!(%book, page = page.get(), error = %failure, "the scan cannot be opened"),
            }
            Ok(())
        },
    )
}

/// The metadata that `add` would have written for a scan, or why it cannot be opened.
pub(super) fn look_at_scan(
    runtime: &Runtime,
    book: &ScanId,
    page: PageNumber,
    scan: &Scan,
) -> Result<Result<ScanMetadata, Failure>, ProcessError> {
    let file = runtime.store.local(&BookPath::new(book, &format!("source/{}", scan.image))?)?;
    Ok(describe_scan(&runtime.worker_pool, &file, &scan.image, page))
}

/// Records which pages `--redo` requested, before the first is made again.
fn mark(store: &dyn Store, state: &BookState, plan: &Plan) -> Result<(), ProcessError> {
    for stage in &plan.stages {
        let name = stage.entry.row.name;
        if let Some(marker) = &stage.redo
            && state.stage(name).redo.as_ref() != Some(marker)
        {
            let bytes = serde_json::to_vec(marker).map_err(ProcessError::Note)?;
            store.write(&RedoMarker::path(&state.id, name)?, &bytes)?;
        }
    }
    Ok(())
}
