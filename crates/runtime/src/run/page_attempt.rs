use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::Runtime;
use crate::book::ScanMetadata;
use crate::events::PageOf;
use crate::failure::{Cause, Failure};
use crate::inspect::BookState;
use crate::page::JsonPage;
use crate::panics::caught;
use crate::plan::PlannedStage;
use crate::record::Fingerprint;
use crate::stage::{Cx, Handles, OpenResources, PageCache, PageFile, Resources, Run, Warnings};

/// One attempt at making a page: everything it needs, without a reference to the plan.
#[derive(Clone)]
pub(super) struct PageAttempt {
    pub(super) page: PageOf,
    pub(super) cx: Arc<Cx>,
    pub(super) files: Arc<Mutex<Vec<PageFile>>>,
    pub(super) stage: Arc<PlannedStage>,
    pub(super) number: u32,
    /// Time of earlier attempts.
    pub(super) earlier: Duration,
}

/// What a stage's function returned.
#[derive(Serialize, Deserialize)]
pub(super) struct Ran {
    pub(super) made: Result<JsonPage, Failure>,
    pub(super) time: Duration,
}

impl PageAttempt {
    pub(super) fn new(
        page: PageOf,
        stage: &Arc<PlannedStage>,
        book: &BookState,
        fingerprint: Fingerprint,
        runtime: &Runtime,
        cache: &Arc<PageCache>,
        handles: Handles,
    ) -> Self {
        let files = Arc::new(Mutex::new(Vec::new()));
        let source: Option<ScanMetadata> = page.unit.page().and_then(|page| book.scans.get(&page)?.page.clone());
        let row = stage.entry.row;
        let cx = Cx {
            store: Arc::clone(&runtime.store),
            book: book.id.clone(),
            unit: page.unit,
            fingerprint,
            row,
            options: Arc::clone(&stage.options.value),
            metadata: Arc::new(book.metadata.clone()),
            source,
            worker_pool: runtime.worker_pool.clone(),
            prompt: book.prompts.get(row.name).map_or(row.prompt, String::as_str).into(),
            handles,
            files: Arc::clone(&files),
            warnings: Warnings::default(),
            resources: OpenResources::default(),
            cache: Arc::clone(cache),
        };
        Self { page, cx: Arc::new(cx), files, stage: Arc::clone(stage), number: 1, earlier: Duration::ZERO }
    }

    /// The same attempt, with the stage's resources.
    pub(super) fn with_resources(mut self, resources: OpenResources) -> Self {
        let cx = Arc::get_mut(&mut self.cx).expect("nothing else has the context yet");
        cx.resources = resources;
        self
    }

    /// The span of a stage's log lines.
    pub(super) fn span(&self) -> tracing::Span {
        let page = self.page.unit.number();
        tracing::info_span!("page", book = %self.cx.book, stage = self.page.stage, page, attempt = self.number)
    }

    /// Makes the page in this thread, for a blocking or async stage.
    pub(super) fn here(&self) -> Ran {
        match self.cx.row.run {
            Run::Blocking(_) => self.call(),
            Run::Async(_) => block_on(self.wait()),
        }
    }

    /// Calls a blocking stage, in a worker process if it is isolated and there are any.
    pub(super) fn call(&self) -> Ran {
        if self.cx.row.isolated.is_some() && !self.cx.worker_pool.is_in_process() {
            self.call_in_worker()
        } else {
            call(&self.cx)
        }
    }

    /// Awaits an async stage.
    pub(super) async fn wait(&self) -> Ran {
        let started = Instant::now();
        let made = match self.cx.row.run {
            Run::Blocking(run) => caught(|| run(&self.cx)),
            Run::Async(run) => {
                let mut future = run(Arc::clone(&self.cx));
                let made = poll_fn(|task| {
                    use std::task::Poll;
                    match caught(|| Ok(future.as_mut().poll(task))) {
                        Ok(Poll::Pending) => Poll::Pending,
                        Ok(Poll::Ready(made)) => Poll::Ready(made),
                        Err(panicked) => Poll::Ready(Err(panicked)),
                    }
                });
                match self.cx.row.policy.timeout {
                    Some(limit) => tokio::time::timeout(limit, made).await.unwrap_or_else(|_| Err(too_long(limit))),
                    None => made.await,
                }
            }
        };
        Ran { made: checked(&self.cx, made), time: started.elapsed() }
    }
}

/// Opens the resources of a stage, in this thread.
pub(super) fn open(
    stage: &PlannedStage,
    book: &BookState,
    runtime: &Runtime,
    resources: &Resources,
) -> Result<OpenResources, Failure> {
    block_on(stage.open(book, resources, !runtime.worker_pool.is_in_process()))
}

/// Waits for a future in this thread.
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    let io = tokio::runtime::Builder::new_current_thread().enable_all().build();
    io.expect("an io runtime can be started").block_on(future)
}

/// Calls a blocking stage in this thread.
pub(super) fn call(cx: &Cx) -> Ran {
    let started = Instant::now();
    let made = match cx.row.run {
        Run::Blocking(run) => caught(|| run(cx)),
        Run::Async(_) => Err(Failure::new("an async stage was sent to a thread")),
    };
    Ran { made: checked(cx, made), time: started.elapsed() }
}

/// Checks `conserves`, if the stage has it.
pub(super) fn checked(cx: &Cx, made: Result<JsonPage, Failure>) -> Result<JsonPage, Failure> {
    let made = made?;
    cx.row.conserves.map_or(Ok(()), |conserves| conserves.check(cx, &made.paragraphs))?;
    Ok(made)
}

fn too_long(limit: Duration) -> Failure {
    let failure = Failure::of(Cause::Timeout, format!("the page was not done within {limit:?}"));
    Failure { transient: true, ..failure }.hint("if pages need longer, raise `timeout` in the stage's attribute")
}
