use super::error::CliError;
use super::error::Result;
use super::global::Global;
use super::llm_options::KEY_VARIABLES;
use super::out::Out;
use shelf_llm::Dispatcher;
use shelf_runtime::book::ScanId;
use shelf_runtime::provide::Providers;
use shelf_runtime::registry::Registry;
use shelf_runtime::registry::RegistryError;
use shelf_runtime::run::Runtime;
use shelf_runtime::run::Stop;
use shelf_runtime::store::FolderStore;
use shelf_runtime::store::Store;
use shelf_runtime::worker::Confinement;
use shelf_runtime::worker::WorkerPool;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// The shared state of all verbs.
pub(super) struct Context {
    pub(super) store: FolderStore,
    pub(super) registry: Arc<Registry>,
    /// What is wrong with the stages that are not in the registry.
    pub(super) registry_faults: Vec<RegistryError>,
    pub(super) out: Out,
    pub(super) stop: Stop,
    pub(super) global: Global,
}

impl Context {
    /// Opens the library. If it is missing, verbs that add books create it, and verbs that need books fail.
    pub(super) fn open(
        global: Global,
        registry: Arc<Registry>,
        registry_faults: Vec<RegistryError>,
        stop: Stop,
        missing: MissingLibrary,
    ) -> Result<Self> {
        let root = library(&global)?;
        let out = Out { json: global.json, quiet: global.quiet, wide: global.wide };
        let store = match missing {
            MissingLibrary::Create if !root.exists() => {
                let store = FolderStore::open(&root)?;
                out.note(format_args!("created the library {}", root.display()));
                store
            }
            MissingLibrary::Refuse if !root.is_dir() => return Err(no_library(&root, global.library.is_some())),
            _ => FolderStore::at(&root)?,
        };
        Ok(Self { store, registry, registry_faults, out, stop, global })
    }

    /// The resources of a run: at most `workers` worker processes, and the language model `llm`.
    pub(super) fn runtime(&self, workers: usize, llm: Dispatcher) -> Result<Runtime> {
        Ok(Runtime {
            store: Arc::new(self.store.clone()),
            registry: Arc::clone(&self.registry),
            worker_pool: self.worker_pool(workers)?,
            providers: Providers::default().with(llm),
        })
    }

    /// Worker processes, which run this same binary.
    pub(super) fn worker_pool(&self, workers: usize) -> Result<WorkerPool> {
        self.worker_pool_for(workers, &[])
    }

    /// Worker processes that may also read these files and folders.
    pub(super) fn worker_pool_for(&self, workers: usize, inputs: &[PathBuf]) -> Result<WorkerPool> {
        Ok(WorkerPool::start(shelf_runtime::worker::WorkerSettings {
            confinement: Some(confinement(self.store.root(), inputs)),
            withheld: KEY_VARIABLES.map(ToOwned::to_owned).to_vec(),
            program: std::env::current_exe()?,
            arguments: vec![super::global::WORKER.into()],
            count: workers,
            memory_limit_bytes: self.global.worker_memory,
            time_limit: self.global.worker_time,
        }))
    }

    /// Adds the nearest book id to an error about a book that was not found.
    pub(super) fn near(&self, error: CliError) -> CliError {
        error.near(&self.store.books().unwrap_or_default())
    }

    /// The books selected by ids or by `--all`.
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

/// What workers may read, write and start.
fn confinement(library: &Path, inputs: &[PathBuf]) -> Confinement {
    let data = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
    // A link in a folder of scans is followed, so the file that it leads to is read.
    let linked = inputs.iter().filter_map(|input| input.read_dir().ok()).flatten().flatten();
    let linked = linked.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()));
    let linked = linked.filter_map(|entry| entry.path().canonicalize().ok());
    let readable = [library.to_owned()].into_iter().chain(data).chain(inputs.iter().cloned()).chain(linked);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |name| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.exists());
    Confinement {
        readable: readable.collect(),
        writable: vec![library.to_owned(), std::env::temp_dir()],
        programs: ["pdftoppm", "pdftotext"].into_iter().filter_map(found).collect(),
    }
}

/// What to do if the library does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MissingLibrary {
    /// Create it.
    Create,
    /// Fail.
    Refuse,
    /// Continue: it is not needed.
    Ignore,
}

fn no_library(root: &Path, is_named: bool) -> CliError {
    let root = root.display();
    if is_named {
        CliError::refused(format!("the library {root} does not exist"))
            .hint("check `--library` or `SHELF_LIBRARY`; `shelf add` creates a new library with its first book")
    } else {
        CliError::refused(format!("there is no library yet; it will be in {root}")).hint(
            "add a book (`shelf add book.pdf`), try the demo (`shelf demo`), or name another folder with `--library`",
        )
    }
}

/// The number of cores that this process may use.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn library(global: &Global) -> Result<PathBuf> {
    if let Some(library) = &global.library {
        return Ok(library.clone());
    }
    let home = etcetera::home_dir().map_err(|_| {
        CliError::refused("no library: neither `--library` nor `SHELF_LIBRARY` is given, and there is no home folder")
            .hint("name the library's folder: `shelf --library DIR …`")
    })?;
    Ok(home.join("Documents").join("book_scans"))
}
