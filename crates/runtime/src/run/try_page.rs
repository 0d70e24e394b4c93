use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::finish::Complete;
use super::page_attempt::{PageAttempt, open};
use super::process::look_at_scan;
use super::{ProcessError, Runtime};
use crate::book::{PageNumber, PageSet, ScanId, Unit};
use crate::events::{Blocker, PageOf};
use crate::failure::Failure;
use crate::inspect::{BookState, LookError, look};
use crate::plan::{Need, PlanError, Request, Settled, changes, fingerprint, plan};
use crate::record::{Change, Difference, Hash, PageRecord, StoredPage, differences};
use crate::registry::Entry;
use crate::stage::ExternalInput;
use crate::store::{BookPath, StoreError};

/// The result of trying a page.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The page.
    pub page: PageOf,
    /// The page, or why it failed.
    pub made: Result<TriedPage, Failure>,
    /// Time in the stage's function.
    pub time: Duration,
}

/// A page that was made but not written.
#[derive(Debug, Clone, PartialEq)]
pub struct TriedPage {
    /// Its output.
    pub output: Value,
    /// The stage's metrics.
    pub metrics: Map<String, Value>,
    /// The files that it would store beside the page.
    pub files: Vec<TriedFile>,
    /// The comparison with the page in the library.
    pub stored: Stored,
}

/// A file that a stage would store beside a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedFile {
    /// Where.
    pub path: BookPath,
    /// Its size, bytes.
    pub bytes: usize,
    /// Whether the stored page has an identical file; `None` if it has none.
    pub same: Option<bool>,
}

/// The page in the library, compared with one that was just made.
#[derive(Debug, Clone, PartialEq)]
pub enum Stored {
    /// There is none.
    Missing,
    /// Its file is not a valid page, for this reason.
    Damaged(String),
    /// It is valid.
    Whole {
        /// Why it is stale; empty if it is not, or was made by the original program.
        stale: Vec<Change>,
        /// Differences between the outputs, except in fields that the runtime fills in.
        output: Vec<Difference>,
        /// Differences between the metrics.
        metrics: Vec<Difference>,
    },
}

/// Why a page cannot be tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TryError {
    /// The stage runs once per page, and no page is given.
    #[error("stage `{0}` runs once per page, but no page is given")]
    WhichPage(&'static str),
    /// The stage runs once per book, and a page is given.
    #[error("stage `{stage}` runs once per book and makes no page {page}")]
    OnceABook {
        /// The stage.
        stage: &'static str,
        /// The page.
        page: PageNumber,
    },
    /// The page or one of its inputs does not exist.
    #[error("{page} cannot be made: {by}")]
    Blocked {
        /// The page.
        page: PageOf,
        /// What is missing.
        by: Blocker,
    },
    /// The book cannot be inspected.
    #[error(transparent)]
    Look(#[from] LookError),
    /// The book has no such page.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The scan cannot be opened.
    #[error(transparent)]
    Scan(#[from] ProcessError),
}

/// Makes one page as [`process`](super::process) would, in this thread, from its inputs in the library. Writes
/// nothing, takes no lock and calls no hook. Uses only the options of `request`.
pub fn try_page(
    runtime: &Runtime,
    book: &ScanId,
    stage: &Entry,
    page: Option<PageNumber>,
    request: &Request,
) -> Result<Tried, TryError> {
    let here = match page {
        None if !stage.row.book => return Err(TryError::WhichPage(stage.row.name)),
        Some(page) if stage.row.book => return Err(TryError::OnceABook { stage: stage.row.name, page }),
        page => PageOf { stage: stage.row.name, unit: page.map_or(Unit::Book, Unit::Page) },
    };
    let mut book = look(&*runtime.store, &runtime.registry, book)?;
    let request = Request {
        stages: Some(vec![here.stage.to_owned()]),
        pages: page.map(PageSet::from),
        redo: Some("a page that is only tried".to_owned()),
        options: request.options.clone(),
        ..Request::default()
    };
    let mut planned = plan(&runtime.registry, &book, &request, &runtime.providers)?;
    match planned.settled.remove(&here) {
        // Nothing is written, so a page that was modified by hand can be compared with what the stage makes.
        Some(Settled::Blocked(by)) if by != Blocker::Modified(here) => {
            return Err(TryError::Blocked { page: here, by });
        }
        _ => {}
    }
    let missing = |need: &Need| need.is_required() && book.hash(need.page).is_none();
    let job = planned.jobs.iter().find(|job| job.page == here);
    if let Some(need) = job.and_then(|job| job.needs.iter().find(|need| missing(need))) {
        return Err(TryError::Blocked { page: here, by: Blocker::Missing(need.page) });
    }
    // The book stages that it is made from come before it.
    let planned = Arc::new(planned.stages.pop().expect("the stage is planned"));
    note_scan(runtime, &mut book, here, stage)?;
    let now = fingerprint(stage, planned.asked(&planned.option_values()), &book, here.unit, &|of| book.hash(of));
    let handles = runtime.handles(&book, stage.row, here.unit, None);
    let attempt = PageAttempt::new(here, &planned, &book, now, runtime, &Arc::default(), handles);
    let attempt = match open(&planned, &book, runtime, &runtime.providers.resources()) {
        Ok(resources) => attempt.with_resources(resources),
        Err(failure) => return Ok(Tried { page: here, made: Err(failure), time: Duration::ZERO }),
    };
    let (ran, made) = attempt.span().in_scope(|| {
        let ran = attempt.here();
        let seconds = ran.time.as_secs_f64();
        (ran.time, ran.made.and_then(|made| attempt.complete(made, seconds, None)))
    });
    let made = match made {
        Ok(page) => Ok(beside_stored(runtime, stage, &attempt, page)?),
        Err(failure) => Err(failure),
    };
    Ok(Tried { page: here, made, time: ran })
}

/// Inspects the page's scan if it has no metadata. If it cannot be opened, it gets none, and its page fails.
fn note_scan(runtime: &Runtime, book: &mut BookState, here: PageOf, stage: &Entry) -> Result<(), ProcessError> {
    if let Unit::Page(page) = here.unit
        && stage.row.inputs.contains(&ExternalInput::Scan)
        && let Some(scan) = book.scans.get_mut(&page)
        && scan.page.is_none()
    {
        scan.page = look_at_scan(runtime, &book.id, page, scan)?.ok();
    }
    Ok(())
}

fn beside_stored(
    runtime: &Runtime,
    entry: &Entry,
    attempt: &PageAttempt,
    made: Complete,
) -> Result<TriedPage, StoreError> {
    let found = runtime.store.read(&attempt.path())?.map(|bytes| entry.page_type.read(&bytes));
    let Complete { output, record: PageRecord { metrics: measured, .. }, files: left, .. } = made;
    let bare = |output: &Value| entry.page_type.bare(output);
    let (stored, files) = match found {
        None => (Stored::Missing, BTreeMap::new()),
        Some(Err(damage)) => (Stored::Damaged(damage.to_string()), BTreeMap::new()),
        Some(Ok(StoredPage { output: stored, record, .. })) => {
            let differing = differences(&bare(&stored), &bare(&output));
            let now = Value::Object(measured.clone());
            let record = record.map(|record| {
                let stale = changes(entry, &attempt.cx.fingerprint, &record.fingerprint);
                (stale, differences(&Value::Object(record.metrics), &now), record.files)
            });
            let (stale, metrics, files) = record.unwrap_or_default();
            (Stored::Whole { stale, output: differing, metrics }, files)
        }
    };
    let files = left.into_iter().map(|(path, bytes)| {
        let same = files.get(path.relative()).map(|hash| *hash == Hash::of(&bytes));
        TriedFile { path, bytes: bytes.len(), same }
    });
    Ok(TriedPage { files: files.collect(), output, metrics: measured, stored })
}
