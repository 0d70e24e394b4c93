use std::path::Path;
use std::sync::Arc;

use shelf_runtime::book::{BookMetadata, PageNumber, ScanId, Unit};
use shelf_runtime::inspect::{LookError, ReadError, StoredOutput, metadata, read_output};
use shelf_runtime::plan::{PlanError, Selector};
use shelf_runtime::provide::{Provider, Providers};
use shelf_runtime::registry::{Registry, RegistryError};
use shelf_runtime::run::{ProcessError, Runtime};
#[cfg(feature = "scans")]
use shelf_runtime::run::{Settings, Stop};
use shelf_runtime::stage::Stage;
use shelf_runtime::store::{FolderStore, Store as _, StoreError};
use shelf_runtime::worker::WorkerPool;
#[cfg(feature = "scans")]
use shelf_scans::intake::{self, AddError, AddRequest, Added};

use super::BookRun;

/// A library of books, and the stages that they are taken through. A clone shares the worker processes and the language model.
#[derive(Clone)]
pub struct Library {
    store: FolderStore,
    registry: Arc<Registry>,
    selectors: Option<Vec<Selector>>,
    worker_pool: WorkerPool,
    providers: Providers,
}

/// Why a library cannot do what it was asked for. A page that fails is not an error: it is counted in the
/// [`Summary`](crate::run::Summary).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The stages of this program do not fit together.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A stage or page that was asked for does not exist.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The book was not processed: it does not exist, is in use, or needs something that is not installed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The book cannot be inspected.
    #[error(transparent)]
    Look(#[from] LookError),
    /// What a stage made cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The book cannot be added.
    #[cfg(feature = "scans")]
    #[error(transparent)]
    Add(#[from] AddError),
    /// The options of a stage have no defaults, or cannot be serialised.
    #[error("invalid options of stage `{stage}`")]
    Options {
        /// The stage.
        stage: &'static str,
        /// Why.
        #[source]
        source: clap::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Library {
    /// Opens the library in a folder, with the stages of all linked crates. A folder that does not exist is created.
    ///
    /// # Errors
    /// The folder cannot be created, or the stages do not fit together.
    pub fn open(folder: &Path) -> Result<Self, LibraryError> {
        Self::with_registry(folder, Registry::linked()?)
    }

    /// Opens the library in a folder, with the stages of `registry` alone.
    ///
    /// # Errors
    /// The folder cannot be created.
    pub fn with_registry(folder: &Path, registry: Registry) -> Result<Self, LibraryError> {
        Ok(Self {
            store: FolderStore::open(folder)?,
            registry: Arc::new(registry),
            selectors: None,
            worker_pool: WorkerPool::in_process(),
            providers: Providers::default(),
        })
    }

    /// Takes books through these stages only, as `--stage` selects them: `merged`, `+merged` (with all it is made from), `ocr+` (with all
    /// made from it). Without it, books are taken through all stages.
    #[must_use]
    pub fn stages<S: Into<Selector>>(mut self, selectors: impl IntoIterator<Item = S>) -> Self {
        self.selectors = Some(selectors.into_iter().map(Into::into).collect());
        self
    }

    /// Opens scans in these worker processes. Without them, scans are opened in this process, which a damaged scan may end.
    ///
    /// The processes run the program that [`WorkerSettings`](crate::worker::WorkerSettings) names, which calls [`serve`](crate::worker::serve).
    #[must_use]
    pub fn worker_pool(mut self, worker_pool: WorkerPool) -> Self {
        self.worker_pool = worker_pool;
        self
    }

    /// Provides something to stages, such as a language model (`shelf::llm::Dispatcher`).
    #[must_use]
    pub fn with(mut self, provider: impl Into<Arc<dyn Provider>>) -> Self {
        self.providers = self.providers.with(provider);
        self
    }

    /// The books, ascending.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn books(&self) -> Result<Vec<ScanId>, LibraryError> {
        Ok(self.store.books()?)
    }

    /// Adds a book: a path to a PDF, an image or a folder of them, or an [`AddRequest`] that says more.
    ///
    /// # Errors
    /// A file cannot be read, or a book with the same id exists. The library is then unchanged.
    #[cfg(feature = "scans")]
    pub fn add(&self, request: impl Into<AddRequest>) -> Result<Added, LibraryError> {
        let (workers, stop) = (Settings::default().workers, Stop::default());
        Ok(intake::add(&self.store, &self.worker_pool, &request.into(), workers, &|_| (), stop.flag())?)
    }

    /// What is known of a book: title, author, number of pages.
    ///
    /// # Errors
    /// There is no such book.
    pub fn metadata(&self, book: &ScanId) -> Result<BookMetadata, LibraryError> {
        Ok(metadata(&self.store, book)?)
    }

    /// Prepares a run over a book; [`BookRun::run`] starts it.
    pub fn process(&self, book: &ScanId) -> BookRun<'_> {
        BookRun::new(self, book.clone(), self.selectors.clone())
    }

    /// What the stage `S` made of a page, validated. Pages are counted from 1.
    ///
    /// # Errors
    /// It has not been made, it failed, or its file is damaged.
    pub fn page<S: Stage>(&self, book: &ScanId, page: u32) -> Result<S::Output, LibraryError> {
        Ok(self.stored_page::<S>(book, page)?.output)
    }

    /// What the stage `S` made of a page, with its record: how it was made, and what was measured. Pages are counted from 1.
    ///
    /// # Errors
    /// It has not been made, it failed, or its file is damaged.
    pub fn stored_page<S: Stage>(&self, book: &ScanId, page: u32) -> Result<StoredOutput<S::Output>, LibraryError> {
        let Some(page) = PageNumber::new(page) else {
            let total = self.metadata(book)?.total_pages;
            return Err(ReadError::OutOfRange { page, total }.into());
        };
        Ok(read_output::<S>(&self.store, book, Unit::Page(page))?)
    }

    /// What the book stage `S` made, validated.
    ///
    /// # Errors
    /// It has not been made, it failed, or its file is damaged.
    pub fn book_output<S: Stage>(&self, book: &ScanId) -> Result<S::Output, LibraryError> {
        Ok(read_output::<S>(&self.store, book, Unit::Book)?.output)
    }

    /// Where the books are stored.
    #[must_use]
    pub fn store(&self) -> &FolderStore {
        &self.store
    }

    /// The stages that this library knows.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(super) fn providers(&self) -> &Providers {
        &self.providers
    }

    pub(super) fn runtime(&self) -> Runtime {
        Runtime {
            store: Arc::new(self.store.clone()),
            registry: Arc::clone(&self.registry),
            worker_pool: self.worker_pool.clone(),
            providers: self.providers.clone(),
        }
    }
}
