//! A run that is killed around its `after` hook, for the test that the next one takes it up where it was.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use shelf::book::{ScanId, Shard};
use shelf::plan::Request;
use shelf::prelude::*;
use shelf::provide::Providers;
use shelf::registry::Registry;
use shelf::run::{Runtime, Settings, Stop, process};
use shelf::stage::Stage as _;
use shelf::store::{
    BookLock, BookPath, FolderStore, LedgerCheck, LedgerFile, LedgerPosition, Stamp, Store, StoreError,
};
use shelf::testing::EventLog;
use shelf::worker::WorkerPool;

/// Where the run is when it is killed, in the order in which it gets there.
pub const POINTS: [&str; 5] =
    ["page is written", "hook begins", "hook is done", "metadata are written", "marker is removed"];

/// A page's number.
#[page]
#[derive(Debug)]
pub struct Numbered {
    page_number: u32,
}

/// Numbers the pages.
#[stage(name = "closing", parallelism = cpu, after = close)]
pub fn closing(page: PageNumber) -> Result<Numbered> {
    Ok(Numbered { page_number: page.get() })
}

/// How often the hook was called in this process.
pub static CALLS: AtomicUsize = AtomicUsize::new(0);

async fn close(run: &mut StageRun) -> Result<()> {
    CALLS.fetch_add(1, Ordering::SeqCst);
    pass("hook begins");
    run.metadata.status = Some(format!("{} pages closed", run.done));
    tokio::task::yield_now().await;
    pass("hook is done");
    Ok(())
}

/// Runs `closing` over the book until the point, tells at the socket that it is there, and stays there.
pub fn run_until(point: &str, library: &Path, book: &ScanId, socket: PathBuf) {
    KILLED_AT.get_or_init(|| (point.to_owned(), socket));
    let store = FolderStore::open(library).expect("the library is there");
    let registry = Registry::of([closing::ROW]).expect("one stage is a table");
    let runtime = Runtime {
        store: Arc::new(Passing(store)),
        registry: Arc::new(registry),
        worker_pool: WorkerPool::in_process(),
        providers: Providers::default(),
    };
    let mut settings = Settings::workers(1);
    settings.attempts = 1;
    let run = process(&runtime, book, &Request::default(), &settings, &EventLog::default(), &Stop::default());
    panic!("it went on to the end: {run:?}");
}

static KILLED_AT: OnceLock<(String, PathBuf)> = OnceLock::new();

fn pass(point: &str) {
    if let Some((killed_at, socket)) = KILLED_AT.get()
        && killed_at == point
    {
        let mut connection = UnixStream::connect(socket).expect("the test listens");
        connection.write_all(&std::process::id().to_le_bytes()).expect("the test listens");
        loop {
            thread::park();
        }
    }
}

/// A folder that tells which points are passed.
struct Passing(FolderStore);

impl Store for Passing {
    fn write(&self, path: &BookPath, contents: &[u8]) -> Result<(), StoreError> {
        self.0.write(path, contents)?;
        match path.relative() {
            "closing/page_0002.json" => pass("page is written"),
            "metadata.json" => pass("metadata are written"),
            _ => {}
        }
        Ok(())
    }
    fn remove(&self, path: &BookPath) -> Result<(), StoreError> {
        self.0.remove(path)?;
        if path.relative() == "closing/after.json" {
            pass("marker is removed");
        }
        Ok(())
    }
    fn books(&self) -> Result<Vec<ScanId>, StoreError> {
        self.0.books()
    }
    fn list(&self, book: &ScanId, folder: &str) -> Result<Vec<String>, StoreError> {
        self.0.list(book, folder)
    }
    fn read(&self, path: &BookPath) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.read(path)
    }
    fn append(&self, path: &BookPath, bytes: &[u8]) -> Result<(), StoreError> {
        self.0.append(path, bytes)
    }
    fn append_ledger(&self, book: &ScanId, file: LedgerFile, lines: &[u8]) -> Result<(), StoreError> {
        self.0.append_ledger(book, file, lines)
    }
    fn read_ledger_since(
        &self,
        book: &ScanId,
        file: LedgerFile,
        position: &mut LedgerPosition,
    ) -> Result<Vec<u8>, StoreError> {
        self.0.read_ledger_since(book, file, position)
    }
    fn check_ledger(&self, book: &ScanId) -> Result<LedgerCheck, StoreError> {
        self.0.check_ledger(book)
    }
    fn settle_sent(
        &self,
        book: &ScanId,
        settle: &mut dyn FnMut(&[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.0.settle_sent(book, settle)
    }
    fn lock_ledger(&self) -> Result<BookLock, StoreError> {
        self.0.lock_ledger()
    }
    fn ledgers(&self) -> Result<Vec<ScanId>, StoreError> {
        self.0.ledgers()
    }
    fn remove_folder(&self, book: &ScanId, folder: &str) -> Result<(), StoreError> {
        self.0.remove_folder(book, folder)
    }
    fn local(&self, path: &BookPath) -> Result<PathBuf, StoreError> {
        self.0.local(path)
    }
    fn stamp(&self, path: &BookPath) -> Result<Option<Stamp>, StoreError> {
        self.0.stamp(path)
    }
    fn lock(&self, book: &ScanId) -> Result<BookLock, StoreError> {
        self.0.lock(book)
    }
    fn lock_shard(&self, book: &ScanId, shard: Shard) -> Result<BookLock, StoreError> {
        self.0.lock_shard(book, shard)
    }
    fn lock_report(&self, book: &ScanId) -> Result<BookLock, StoreError> {
        self.0.lock_report(book)
    }
}
