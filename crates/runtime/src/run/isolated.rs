//! Pages of `isolated` stages. A worker process opens the same library, reads what the page is made from, calls the stage's function
//! and returns the result; this process writes it. The worker finds the stage in its own table, because it is the same program.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::page_attempt::{PageAttempt, Ran, block_on, call};
use crate::__private::Registered;
use crate::book::{BookMetadata, ScanId, ScanMetadata, Unit};
use crate::failure::{Cause, Failure};
use crate::record::Fingerprint;
use crate::stage::{Cx, ExternalInput, Handles, PageFile, ResourceContext, Resources, Warnings};
use crate::store::{FolderStore, Store};
use crate::worker::{Allowance, Task, WorkerPool, worker_task};

/// Everything needed to build a page's context.
#[derive(Serialize, Deserialize)]
struct IsolatedPage {
    library: PathBuf,
    book: ScanId,
    stage: String,
    /// Hash of the function's tokens, which must be the same in the worker.
    tokens: u64,
    unit: Unit,
    fingerprint: Fingerprint,
    options: Value,
    metadata: BookMetadata,
    source: Option<ScanMetadata>,
    prompt: String,
    /// The run, so that the worker knows which resources to keep.
    run: u64,
}

/// The result of a page in a worker.
#[derive(Serialize, Deserialize)]
struct RanThere {
    ran: Ran,
    files: Vec<PageFile>,
    warnings: Vec<String>,
}

static CONFINED_PAGE: Task<IsolatedPage, RanThere> = Task::new("run.confined_page", make_confined);
worker_task!(CONFINED_PAGE);

static PAGE: Task<IsolatedPage, RanThere> = Task::new("run.page", make).unconfined();
worker_task!(PAGE);

impl PageAttempt {
    /// Calls an isolated stage in a worker process. Time is measured there, or from the request if the worker died.
    pub(super) fn call_in_worker(&self) -> Ran {
        let started = Instant::now();
        match self.ask_worker() {
            Ok(RanThere { ran, files, warnings }) => {
                self.files.lock().expect("no panic while a file is noted").extend(files);
                self.cx.warnings.extend(warnings);
                ran
            }
            Err(failure) => Ran { made: Err(failure), time: started.elapsed() },
        }
    }

    fn ask_worker(&self) -> Result<RanThere, Failure> {
        let Cx { store, book, unit, fingerprint, row, metadata, source, prompt, worker_pool, resources, .. } =
            &*self.cx;
        let library = store.folder().ok_or_else(|| {
            Failure::new(format!("the library is not a folder, so no worker process can open it for `{}`", row.name))
        })?;
        let input = IsolatedPage {
            library: library.to_owned(),
            book: book.clone(),
            stage: row.name.to_owned(),
            tokens: row.tokens,
            unit: *unit,
            fingerprint: fingerprint.clone(),
            options: self.stage.options.json.clone(),
            metadata: (**metadata).clone(),
            source: source.clone(),
            prompt: prompt.to_string(),
            run: resources.run,
        };
        let scan = source.as_ref().filter(|_| row.inputs.contains(&ExternalInput::Scan));
        let pixels = scan.map_or(0, |scan| u64::from(scan.width) * u64::from(scan.height));
        let allowance = Allowance { pixels, time_limit: row.policy.timeout };
        let task = if row.isolated.is_some_and(|isolated| isolated.is_confined) { &CONFINED_PAGE } else { &PAGE };
        worker_pool.call(&task.shown_as(row.name), input, allowance).map_err(|failure| match failure.cause {
            Cause::Timeout if row.policy.timeout.is_some() => {
                failure.hint("if pages need longer, raise `timeout` in the stage's attribute")
            }
            _ => failure,
        })
    }
}

/// Makes the page in this process, a confined worker.
fn make_confined(page: IsolatedPage) -> Result<RanThere, Failure> {
    make(page).map_err(|failure| match failure.hint {
        // Only what comes before the function is called fails here, such as a resource that cannot be opened.
        None => failure.hint(
            "the worker process reads only its book and the system's files; `#[stage(…, isolated, confined = false)]` lifts that",
        ),
        Some(_) => failure,
    })
}

/// Makes the page in this process, the worker. Tasks on scans also run here.
fn make(page: IsolatedPage) -> Result<RanThere, Failure> {
    let mut registered = inventory::iter::<Registered>().map(|registered| registered.0);
    let same = |row: &&crate::stage::Row| row.name == page.stage && row.tokens == page.tokens;
    let row = registered.find(same).ok_or_else(|| {
        Failure::new(format!("the worker process has no stage `{}` like this one", page.stage))
            .hint("the program was replaced while it ran: start it again")
    })?;
    let isolated = row.isolated.ok_or_else(|| Failure::new(format!("stage `{}` is not isolated", row.name)))?;
    let files = Arc::default();
    let store: Arc<dyn Store> = Arc::new(FolderStore::at(&page.library)?);
    let options = isolated.options(page.options)?;
    let shared = Resources::of_worker(page.run);
    let context = ResourceContext::new((Some(&page.library), &page.book, &page.metadata), &*options, &shared);
    let resources = block_on(context.open_all(row.inputs))?;
    let cx = Cx {
        store,
        book: page.book,
        unit: page.unit,
        fingerprint: page.fingerprint,
        row,
        options,
        metadata: Arc::new(page.metadata),
        source: page.source,
        worker_pool: WorkerPool::in_process(),
        prompt: page.prompt.into(),
        // Providers live in the parent process. `#[stage]` refuses a stage that is isolated and asks models.
        handles: Handles::default(),
        files: Arc::clone(&files),
        warnings: Warnings::default(),
        resources,
        cache: Arc::default(),
    };
    let ran = call(&cx);
    let files = std::mem::take(&mut *files.lock().expect("no panic while a file is noted"));
    Ok(RanThere { ran, files, warnings: cx.warnings.take() })
}
