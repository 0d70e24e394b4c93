use super::Result;
use super::processing::{Processing, Submission};
use crate::context::Context;
use crate::context::MissingLibrary;
use crate::global::Global;
use clap::ArgMatches;
use serde::Serialize;
use shelf_runtime::book::ScanId;
use shelf_runtime::registry::Registry;
use shelf_runtime::run::Stop;
use shelf_runtime::store::FolderStore;
use shelf_runtime::worker::WorkerPool;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What a verb of another crate works with: the library, the stages, and the output.
#[derive(Clone)]
pub struct Session {
    context: Arc<Context>,
}

impl Session {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context }
    }

    /// A session without a command line, for tests: the library in this folder, and these stages.
    pub fn open(library: &Path, registry: Registry) -> Result<Self> {
        let (library, worker_memory, worker_time) = (Some(library.to_owned()), 1400 << 20, Duration::from_mins(1));
        let global = Global { library, json: false, quiet: true, wide: false, worker_memory, worker_time };
        let (registry, stop) = (Arc::new(registry), Stop::default());
        Ok(Self::new(Arc::new(Context::open(global, registry, Vec::new(), stop, MissingLibrary::Refuse)?)))
    }

    /// The library's folder.
    #[must_use]
    pub fn library(&self) -> &Path {
        self.context.store.root()
    }

    /// The library.
    #[must_use]
    pub fn store(&self) -> &FolderStore {
        &self.context.store
    }

    /// The stages.
    #[must_use]
    pub fn registry(&self) -> &Arc<Registry> {
        &self.context.registry
    }

    /// Set by the first Ctrl-C or SIGTERM; the second ends the process.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.context.stop
    }

    /// Whether `--json` was given.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.context.out.json
    }

    /// Prints a line of the result.
    pub fn line(&self, line: impl Display) -> Result<()> {
        Ok(self.context.out.line(line)?)
    }

    /// Prints the result as JSON.
    pub fn json(&self, value: &impl Serialize) -> Result<()> {
        Ok(self.context.out.json(value)?)
    }

    /// Prints a remark on standard error, unless `--quiet` was given.
    pub fn note(&self, line: impl Display) {
        self.context.out.note(line);
    }

    /// These books, or all of the library; an error if one does not exist.
    pub fn books(&self, ids: &[ScanId], all: bool) -> Result<Vec<ScanId>> {
        let missing = ids.iter().filter(|_| !all).find(|book| !self.context.store.book_folder(book).is_dir());
        match missing {
            Some(missing) => {
                let error = shelf_runtime::inspect::LookError::NoBook(missing.clone());
                Err(self.context.near(error.into()))
            }
            None => self.context.books(ids, all),
        }
    }

    /// Worker processes: at most `count` at a time.
    pub fn worker_pool(&self, count: usize) -> Result<WorkerPool> {
        self.context.worker_pool(count)
    }

    /// What the user has asked for with the arguments of a verb that is [`processing`](super::Verb::processing).
    pub fn submission(&self, given: &ArgMatches) -> Result<Submission> {
        Submission::of(&self.context, given)
    }

    /// A run with these [`arguments`](Submission::arguments), as another process has written them.
    pub fn processing(&self, arguments: &[String]) -> Result<Processing> {
        Processing::of(Arc::clone(&self.context), arguments)
    }
}
