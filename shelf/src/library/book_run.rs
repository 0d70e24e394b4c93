use shelf_runtime::book::{PageSet, ScanId};
use shelf_runtime::clock::now;
use shelf_runtime::events::Event;
use shelf_runtime::inspect::look;
use shelf_runtime::plan::{Plan, PlanError, Request, Selector, plan, select};
use shelf_runtime::run::{Settings, Stop, Summary, process};
use shelf_runtime::stage::{ParsedOptions, Stage};

use super::{Library, LibraryError};

/// A run over a book that has not started yet. Without further calls it makes all pages that are missing or stale, on all cores.
#[must_use = "a run starts with `run`"]
pub struct BookRun<'a> {
    library: &'a Library,
    book: ScanId,
    selectors: Option<Vec<Selector>>,
    request: Request,
    settings: Settings,
    stop: Stop,
}

impl<'a> BookRun<'a> {
    pub(super) fn new(library: &'a Library, book: ScanId, selectors: Option<Vec<Selector>>) -> Self {
        let (request, settings, stop) = (Request::default(), Settings::default(), Stop::default());
        Self { library, book, selectors, request, settings, stop }
    }

    /// Takes the book through these stages, in place of those that [`Library::stages`] selects.
    pub fn stages<S: Into<Selector>>(mut self, selectors: impl IntoIterator<Item = S>) -> Self {
        self.selectors = Some(selectors.into_iter().map(Into::into).collect());
        self
    }

    /// Makes these pages only.
    pub fn pages(mut self, pages: impl Into<PageSet>) -> Self {
        self.request = self.request.pages(pages);
        self
    }

    /// Changes the options of the stage `S`, which start from their defaults.
    ///
    /// # Errors
    /// The options have no defaults, or cannot be serialised.
    pub fn options<S: Stage>(mut self, change: impl FnOnce(&mut S::Options)) -> Result<Self, LibraryError> {
        let stage = S::ROW.name;
        let parsed = ParsedOptions::changed(change).map_err(|source| LibraryError::Options { stage, source })?;
        self.request.options.insert(stage.to_owned(), parsed);
        Ok(self)
    }

    /// Makes pages again that are done.
    pub fn redo(mut self) -> Self {
        self.request = self.request.redo(now().to_string());
        self
    }

    /// Leaves stale pages as they are.
    pub fn only_missing(mut self) -> Self {
        self.request = self.request.only_missing();
        self
    }

    /// Retries pages that failed permanently.
    pub fn retry_failed(mut self) -> Self {
        self.request = self.request.retry_failed();
        self
    }

    /// Uses the machine as `settings` say.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Starts nothing more once `stop` is asked for; pages in progress are finished.
    pub fn stop(mut self, stop: &Stop) -> Self {
        self.stop = stop.clone();
        self
    }

    /// What the run would do, and why. Nothing is written.
    ///
    /// # Errors
    /// The book, a stage or a page does not exist.
    pub fn plan(&self) -> Result<Plan, LibraryError> {
        let registry = self.library.registry();
        let state = look(self.library.store(), registry, &self.book)?;
        Ok(plan(registry, &state, &self.request()?, self.library.providers())?)
    }

    /// Runs, and returns when everything is done or the run has stopped. `listener` is told what happens.
    ///
    /// # Errors
    /// The book, a stage or a page does not exist, or the book is in use. A page that fails is counted in the summary.
    pub fn run(self, listener: impl Fn(&Event) + Send + Sync) -> Result<Summary, LibraryError> {
        let request = self.request()?;
        Ok(process(&self.library.runtime(), &self.book, &request, &self.settings, &listener, &self.stop)?)
    }

    fn request(&self) -> Result<Request, PlanError> {
        let mut request = self.request.clone();
        if let Some(selectors) = &self.selectors {
            request.stages = Some(select(self.library.registry(), selectors)?);
        }
        Ok(request)
    }
}
