use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use tempfile::TempDir;

use super::{EventLog, PngScan};
use crate::book::{BookMetadata, Origin, PageNumber, Resolution, ScanId, ScanMetadata, Unit};
use crate::inspect::{ReadError, StoredOutput, look, metadata, read_output};
use crate::page::Page as _;
use crate::plan::{Plan, Request, plan};
use crate::provide::{Provider, Providers};
use crate::record::{FailedRecord, Hash, PageRecord};
use crate::registry::Registry;
use crate::report;
use crate::run::{Runtime, Settings, Stop, Summary, process};
use crate::stage::{ParsedOptions, Resource, Row, Stage, StageOptions as _};
use crate::store::{BookPath, FolderStore, Store};
use crate::worker::WorkerPool;

/// A book in a library of its own, in a temporary folder that goes with it.
pub struct TestBook {
    _folder: TempDir,
    store: FolderStore,
    id: ScanId,
    worker_pool: WorkerPool,
    providers: Providers,
    options: BTreeMap<String, ParsedOptions>,
    settings: Settings,
}

/// What a run came to.
#[derive(Debug, Clone)]
pub struct TestRun {
    /// How every page ended.
    pub summary: Summary,
    /// What happened, in order.
    pub events: Vec<String>,
}

impl TestBook {
    /// A book of so many pages, without scans.
    #[must_use]
    pub fn of_pages(pages: u32) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = FolderStore::open(folder.path()).expect("a temporary folder can be a library");
        let id = "book".parse().expect("`book` is a scan id");
        let book = Self {
            _folder: folder,
            store,
            id,
            worker_pool: WorkerPool::in_process(),
            providers: Providers::default(),
            options: BTreeMap::new(),
            settings: Settings { workers: 1, ..Settings::default() },
        };
        let title = Some("A test".to_owned());
        book.write_metadata(&BookMetadata { title, total_pages: pages, ..BookMetadata::default() });
        book
    }

    /// Gives page after page a scan: drawn ones (`TestScan`), or the contents of PNG files with their size in px and resolution in dpi.
    #[must_use]
    pub fn scans<S: Into<PngScan>>(self, scans: impl IntoIterator<Item = S>) -> Self {
        for (page, scan) in (1..).filter_map(PageNumber::new).zip(scans) {
            let PngScan { png, size: (width, height), dpi } = scan.into();
            let image = format!("{}.png", page.stem());
            let noted = ScanMetadata {
                page_number: page.get(),
                image: image.clone(),
                hash: Hash::of(&png).to_string(),
                bytes: png.len() as u64,
                width,
                height,
                resolution: Resolution { dpi, estimated: false },
                origin: Origin { file: image.clone(), page: None, half: None },
                existing_text: None,
            };
            self.write(&format!("source/{image}"), &png);
            self.write(&format!("source/{}.json", page.stem()), &serde_json::to_vec(&noted).expect("notes are JSON"));
        }
        self
    }

    /// Gives the stage `S` an output for every page, as if it had been made elsewhere: it counts as done.
    #[must_use]
    pub fn outputs<S: Stage>(self, output: impl Fn(u32) -> S::Output) -> Self {
        for page in 1..=self.metadata().total_pages {
            self.put::<S>(page, &output(page));
        }
        self
    }

    /// Gives the stage `S` an output for one page, in place of what is there.
    pub fn put<S: Stage>(&self, page: u32, output: &S::Output) {
        let bytes = serde_json::to_vec(&output.to_json().expect("an output is JSON")).expect("JSON can be written");
        self.write(BookPath::page(&self.id, S::ROW.name, number(page)).relative(), &bytes);
    }

    /// Gives the book stage `S` an output, in place of what is there.
    pub fn put_book<S: Stage>(&self, output: &S::Output) {
        let bytes = serde_json::to_vec(&output.to_json().expect("an output is JSON")).expect("JSON can be written");
        self.write(BookPath::book_output(&self.id, S::ROW.name).relative(), &bytes);
    }

    /// Runs `S` with these options.
    #[must_use]
    pub fn options<S: Stage>(mut self, options: S::Options) -> Self {
        self.options.insert(S::ROW.name.to_owned(), options.parsed().expect("options serialise"));
        self
    }

    /// Runs so many pages of `cpu` stages at a time; one where nothing is said, so that events come in one order.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.settings.workers = workers;
        self
    }

    /// Runs so many pages of `S` at a time, whatever its `parallelism` says.
    #[must_use]
    pub fn stage_workers<S: Stage>(mut self, workers: usize) -> Self {
        self.settings.stage_workers.insert(S::ROW.name.to_owned(), workers);
        self
    }

    /// Opens scans with these workers instead of in the test's own process.
    #[must_use]
    pub fn worker_pool(mut self, worker_pool: WorkerPool) -> Self {
        self.worker_pool = worker_pool;
        self
    }

    /// Provides something to stages: a scripted model.
    #[must_use]
    pub fn with(mut self, provider: impl Into<Arc<dyn Provider>>) -> Self {
        self.providers = self.providers.with(provider);
        self
    }

    /// Puts `resource` in the place of the one that stages would open.
    #[must_use]
    pub fn with_resource<R: Resource>(mut self, resource: R) -> Self {
        self.providers = self.providers.with_resource(resource);
        self
    }

    /// What is known of the book.
    ///
    /// # Panics
    /// If `metadata.json` is missing or damaged.
    #[must_use]
    #[track_caller]
    pub fn metadata(&self) -> BookMetadata {
        match metadata(&self.store, &self.id) {
            Ok(metadata) => metadata,
            Err(error) => panic!("{error}"),
        }
    }

    /// Changes what is known of the book.
    pub fn set(&self, change: impl FnOnce(&mut BookMetadata)) {
        let mut metadata = self.metadata();
        change(&mut metadata);
        self.write_metadata(&metadata);
    }

    fn write_metadata(&self, metadata: &BookMetadata) {
        self.write("metadata.json", &serde_json::to_vec(metadata).expect("metadata is JSON"));
    }

    /// Runs the stage `S` over all pages.
    #[track_caller]
    pub fn run<S: Stage>(&self) -> TestRun {
        self.process(&[S::ROW], &Request { stages: Some(vec![S::ROW.name.to_owned()]), ..Request::default() })
    }

    /// Runs a request with the stages of `rows`, and those that they are made from.
    #[track_caller]
    pub fn process(&self, rows: &[&'static Row], request: &Request) -> TestRun {
        self.process_until(rows, request, &Stop::default())
    }

    /// Runs a request until it is done, or told to stop.
    #[track_caller]
    pub fn process_until(&self, rows: &[&'static Row], request: &Request, stop: &Stop) -> TestRun {
        let runtime = Runtime {
            store: Arc::new(self.store.clone()),
            registry: Arc::new(registry(rows)),
            worker_pool: self.worker_pool.clone(),
            providers: self.providers.clone(),
        };
        let request = Request { options: self.options.clone(), ..request.clone() };
        let log = EventLog::default();
        match process(&runtime, &self.id, &request, &self.settings, &log, stop) {
            Ok(summary) => TestRun { summary, events: log.lines() },
            Err(error) => panic!("the book was not processed: {error}"),
        }
    }

    /// Plans a request without running it.
    #[must_use]
    #[track_caller]
    pub fn plan(&self, rows: &[&'static Row], request: &Request) -> Plan {
        let registry = registry(rows);
        let request = Request { options: self.options.clone(), ..request.clone() };
        let state = look(&self.store, &registry, &self.id).expect("a test book can be looked at");
        match plan(&registry, &state, &request, &self.providers) {
            Ok(plan) => plan,
            Err(error) => panic!("{error}"),
        }
    }

    /// What `S` made of a page.
    ///
    /// # Panics
    /// If it made nothing of the page; the message says why.
    #[must_use]
    #[track_caller]
    pub fn page<S: Stage>(&self, page: u32) -> S::Output {
        self.read::<S>(number(page).into()).output
    }

    /// What the book stage `S` made.
    ///
    /// # Panics
    /// If it made nothing; the message says why.
    #[must_use]
    #[track_caller]
    pub fn book_output<S: Stage>(&self) -> S::Output {
        self.read::<S>(Unit::Book).output
    }

    /// What `S` measured of a page, and everything else that is in its record.
    ///
    /// # Panics
    /// If a run did not make the page; the message says why.
    #[must_use]
    #[track_caller]
    pub fn record<S: Stage>(&self, page: u32) -> PageRecord {
        let Some(record) = self.read::<S>(number(page).into()).record else {
            panic!("{} page {page} has no record: the test gave it, no run made it", S::ROW.name)
        };
        record
    }

    /// What `S` measured of a page.
    #[must_use]
    #[track_caller]
    pub fn metrics<S: Stage>(&self, page: u32) -> Map<String, Value> {
        self.record::<S>(page).metrics
    }

    /// Why `S` failed on a page, if it did.
    #[must_use]
    pub fn failure<S: Stage>(&self, page: u32) -> Option<FailedRecord> {
        let path =
            FailedRecord::path(&self.id, S::ROW.name, Unit::of_number(page)).expect("a stage's name is a folder");
        self.bytes(path.relative()).map(|bytes| serde_json::from_slice(&bytes).expect("a failure's record is JSON"))
    }

    /// `report.csv` of `S`.
    #[must_use]
    pub fn report<S: Stage>(&self) -> String {
        let path = report::path(&self.id, S::ROW.name).expect("a stage's name is a folder");
        String::from_utf8(self.bytes(path.relative()).expect("the report is written")).expect("a report is text")
    }

    /// A file of the book, or `None` where it is missing.
    #[must_use]
    pub fn bytes(&self, relative: &str) -> Option<Vec<u8>> {
        self.store.read(&self.path(relative)).expect("a temporary folder can be read")
    }

    /// Writes a file of the book, whatever is there.
    pub fn write(&self, relative: &str, bytes: &[u8]) {
        self.store.write(&self.path(relative), bytes).expect("a temporary folder can be written");
    }

    /// Removes a file of the book.
    pub fn remove(&self, relative: &str) {
        self.store.remove(&self.path(relative)).expect("a temporary folder can be written");
    }

    /// The library that the book is in.
    #[must_use]
    pub fn store(&self) -> &FolderStore {
        &self.store
    }

    /// The book.
    #[must_use]
    pub fn id(&self) -> &ScanId {
        &self.id
    }

    fn path(&self, relative: &str) -> BookPath {
        BookPath::new(&self.id, relative).expect("a test names files of the book")
    }

    #[track_caller]
    fn read<S: Stage>(&self, unit: Unit) -> StoredOutput<S::Output> {
        match read_output::<S>(&self.store, &self.id, unit) {
            Ok(stored) => stored,
            Err(ReadError::Failed { page, failure }) => {
                let hint = failure.hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
                panic!("{page} failed: {failure}{hint}")
            }
            Err(error) => panic!("{error}"),
        }
    }
}

fn number(page: u32) -> PageNumber {
    PageNumber::new(page).expect("pages are counted from 1")
}

/// The stages with all that they are made from.
#[track_caller]
fn registry(rows: &[&'static Row]) -> Registry {
    let mut all: BTreeMap<(&str, &str, u32), &'static Row> = BTreeMap::new();
    let mut open = rows.to_vec();
    while let Some(row) = open.pop() {
        if all.insert((row.name, row.site.file, row.site.line), row).is_none() {
            open.extend(row.deps.iter().map(|dep| dep.row.get()));
        }
    }
    // A closure would not be at the caller's line.
    match Registry::of(all.into_values()) {
        Ok(registry) => registry,
        Err(error) => panic!("{}", error.with_hint()),
    }
}
