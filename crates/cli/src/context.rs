use std::path::PathBuf;
use std::sync::Arc;

use super::command::Global;
use super::error::{CliError, Result};
use super::out::Out;
use shelf_llm::Dispatcher;
use shelf_runtime::book::ScanId;
use shelf_runtime::provide::Providers;
use shelf_runtime::registry::Registry;
use shelf_runtime::run::{Runtime, Stop};
use shelf_runtime::store::{FolderStore, Store};
use shelf_runtime::worker::Children;

/// What every verb works with.
pub(super) struct Context {
    pub(super) store: FolderStore,
    pub(super) registry: Arc<Registry>,
    pub(super) out: Out,
    pub(super) stop: Stop,
    pub(super) global: Global,
}

impl Context {
    pub(super) fn open(global: Global, registry: Arc<Registry>, stop: Stop) -> Result<Self> {
        let root = library(&global)?;
        let store = FolderStore::open(&root)?;
        let out = Out { json: global.json, quiet: global.quiet };
        Ok(Self { store, registry, out, stop, global })
    }

    /// What a run works with; `workers` children at most, and `llm` to ask.
    pub(super) fn runtime(&self, workers: usize, llm: Dispatcher) -> Result<Runtime> {
        Ok(Runtime {
            store: Arc::new(self.store.clone()),
            registry: Arc::clone(&self.registry),
            children: self.children(workers)?,
            providers: Providers::default().with(llm),
        })
    }

    /// Children of this same binary.
    pub(super) fn children(&self, workers: usize) -> Result<Children> {
        Ok(Children::start(shelf_runtime::worker::ChildSettings {
            program: std::env::current_exe()?,
            arguments: vec![super::command::CHILD.into()],
            count: workers,
            memory_limit_bytes: self.global.child_memory,
            time_limit: self.global.child_time,
        }))
    }

    /// The books meant by ids or by `--all`.
    pub(super) fn books(&self, ids: &[ScanId], all: bool) -> Result<Vec<ScanId>> {
        if !all {
            return Ok(ids.to_vec());
        }
        let books: Vec<ScanId> = self.store.books()?;
        if books.is_empty() {
            return Err(CliError::refused(format!("the library {} has no books", self.store.root().display()))
                .hint("add one: `shelf add book.pdf`"));
        }
        Ok(books)
    }
}

/// Cores that this process may use.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn library(global: &Global) -> Result<PathBuf> {
    if let Some(library) = &global.library {
        return Ok(library.clone());
    }
    let home = etcetera::home_dir().map_err(|_| {
        CliError::refused("no library: neither `--library` nor `SHELF_LIBRARY` is given, and there is no home folder")
            .hint("say where the books lie: `shelf --library DIR …`")
    })?;
    Ok(home.join("Documents").join("book_scans"))
}
