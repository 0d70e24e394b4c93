//! How often a run opens the files of pages: once where there is nothing to do, and never those that it has made itself.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};

use shelf::inspect::look;
use shelf::plan::Request;
use shelf::prelude::*;
use shelf::provide::Providers;
use shelf::registry::Registry;
use shelf::run::{Runtime, Settings, Stop, Summary, process, process_inspected};
use shelf::stage::Stage;
use shelf::store::{BookPath, Store};
use shelf::testing::{EventLog, TestBook};
use shelf::worker::WorkerPool;
use shelf_tests::HookedStore;

/// A text.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub text: String,
}

impl Paragraphs for Text {
    fn paragraphs(&self) -> Vec<ParagraphId> {
        vec![ParagraphId { block: 1, paragraph: 1 }]
    }
}

/// What is measured of a text.
#[derive(PageMetrics, Report)]
pub struct Measured {
    #[report(title = "Characters", flag(above = 6))]
    pub characters: u32,
}

/// Writes the page's number.
#[stage(name = "written")]
pub fn written(page: PageNumber) -> Result<(Text, Measured)> {
    let text = format!("page {page}");
    let characters = text.len() as u32;
    Ok((Text { text }, Measured { characters }))
}

/// Doubles it.
#[stage(name = "doubled", deps = [written], conserves = written)]
pub fn doubled(written: Text) -> Result<Text> {
    Ok(Text { text: written.text.repeat(2) })
}

/// Puts both together, with the neighbours.
#[stage(name = "joined", deps = [written, doubled])]
pub fn joined(written: Window<Text>, doubled: Text) -> Result<Text> {
    Ok(Text { text: format!("{}{}", written.page.text, doubled.text) })
}

/// Puts all pages together.
#[stage(name = "collected", scope = book, deps = [joined])]
pub fn collected(joined: Pages<Text>) -> Result<Text> {
    let texts = joined.iter().map(|page| Ok(page?.1.text)).collect::<Result<Vec<_>>>()?;
    Ok(Text { text: texts.join("\n") })
}

const ROWS: [&shelf::stage::Row; 4] =
    [<written as Stage>::ROW, <doubled as Stage>::ROW, <joined as Stage>::ROW, <collected as Stage>::ROW];

/// How often each file was read.
#[derive(Clone, Default)]
struct Counting(Arc<Mutex<BTreeMap<String, usize>>>);

impl Counting {
    /// How often files of stages' outputs were read since the last call.
    fn take(&self) -> BTreeMap<String, usize> {
        let reads = std::mem::take(&mut *self.0.lock().unwrap());
        let is_output = |path: &str| {
            let file = Path::new(path).file_name().unwrap().to_str().unwrap();
            !path.starts_with("source/")
                && !path.contains("/failed/")
                && (file.starts_with("page_") || file == "book.json")
        };
        reads.into_iter().filter(|(path, _)| is_output(path)).collect()
    }
}

fn counted(book: &TestBook) -> (Counting, Runtime) {
    let reads = Counting::default();
    let counting = reads.clone();
    let store = HookedStore::new(book.store().clone()).before_read(move |path| {
        *counting.0.lock().unwrap().entry(path.relative().to_owned()).or_default() += 1;
    });
    let runtime = Runtime {
        store: Arc::new(store),
        registry: Arc::new(Registry::of(ROWS).unwrap()),
        worker_pool: WorkerPool::in_process(),
        providers: Providers::default(),
    };
    (reads, runtime)
}

fn settings() -> Settings {
    let mut settings = Settings::workers(2);
    settings.attempts = 1;
    settings
}

fn run(runtime: &Runtime, book: &TestBook, request: &Request) -> Summary {
    process(runtime, book.id(), request, &settings(), &EventLog::default(), &Stop::default()).unwrap()
}

fn path(book: &TestBook, relative: &str) -> BookPath {
    BookPath::new(book.id(), relative).unwrap()
}

/// Every output of a book of 12 pages, read so often.
fn all(times: usize) -> BTreeMap<String, usize> {
    let pages = ["written", "doubled", "joined"].into_iter();
    let pages = pages.flat_map(|stage| (1..=12).map(move |page| format!("{stage}/page_{page:04}.json")));
    pages.chain(["collected/book.json".to_owned()]).map(|path| (path, times)).collect()
}

#[test]
fn a_run_does_not_read_the_pages_that_it_makes() {
    let book = TestBook::of_pages(12);
    let (reads, runtime) = counted(&book);
    let summary = run(&runtime, &book, &Request::default());
    assert!(summary.complete());
    assert_eq!(reads.take(), BTreeMap::new(), "not for reports, flags or fingerprints, nor for what is made from them");
    let flagged: Vec<u32> = summary.stages[0].flagged.iter().map(|page| page.get()).collect();
    assert_eq!(flagged, [10, 11, 12], "seven characters are too many");
    assert_eq!(book.report::<written>().lines().nth(12), Some("12,7"));
}

#[test]
fn a_run_with_nothing_to_do_reads_each_page_once() {
    let book = TestBook::of_pages(12);
    let (reads, runtime) = counted(&book);
    run(&runtime, &book, &Request::default());
    reads.take();
    let summary = run(&runtime, &book, &Request::default());
    assert!(summary.complete() && summary.stages.iter().all(|stage| stage.done == 0));
    assert_eq!(reads.take(), all(1));
    assert_eq!(summary.stages[0].flagged.len(), 3);
    book.store().remove(&path(&book, "written/report.csv")).unwrap();
    run(&runtime, &book, &Request::default());
    assert_eq!(reads.take(), all(1), "a missing report is written from what was read");
    assert_eq!(book.report::<written>().lines().count(), 13);
    // A run that died before it wrote the report leaves an older one.
    let whole = book.report::<written>();
    book.store().write(&path(&book, "written/report.csv"), b"page_num,Characters\n1,7\n").unwrap();
    run(&runtime, &book, &Request::default());
    assert_eq!(book.report::<written>(), whole, "a report that is out of date is written again");
}

#[test]
fn pages_of_an_earlier_run_are_read_once_for_all_that_is_made_from_them() {
    let book = TestBook::of_pages(12);
    let (reads, runtime) = counted(&book);
    run(&runtime, &book, &Request::of_stages(["written"]));
    reads.take();
    assert!(run(&runtime, &book, &Request::default()).complete());
    let written = (1..=12).map(|page| (format!("written/page_{page:04}.json"), 2));
    assert_eq!(
        reads.take(),
        written.collect(),
        "once to inspect them, and once for `doubled`, `joined` and its neighbours"
    );
}

#[test]
fn what_was_read_before_the_book_was_locked_is_used_as_long_as_the_file_is_the_same() {
    let book = TestBook::of_pages(12);
    let (reads, runtime) = counted(&book);
    run(&runtime, &book, &Request::default());
    let earlier = look(&*runtime.store, &runtime.registry, book.id()).unwrap();
    reads.take();
    let again = || {
        process_inspected(&runtime, &earlier, &Request::default(), &settings(), &EventLog::default(), &Stop::default())
    };
    assert!(again().unwrap().complete());
    assert_eq!(reads.take(), BTreeMap::new());

    let changed = path(&book, "doubled/page_0003.json");
    let before = book.store().stamp(&changed).unwrap().unwrap();
    let file = book.store().local(&changed).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    let text = String::from_utf8(book.bytes("doubled/page_0003.json").unwrap()).unwrap();
    book.store().write(&changed, text.replacen("page 3", "page 4", 1).as_bytes()).unwrap();
    File::options().write(true).open(&file).unwrap().set_modified(modified).unwrap();
    let after = book.store().stamp(&changed).unwrap().unwrap();
    assert_eq!((before.bytes, before.modified_ns), (after.bytes, after.modified_ns), "only the inode tells");
    let summary = again().unwrap();
    assert_eq!(summary.stages.iter().map(|stage| stage.done).collect::<Vec<_>>(), [0, 1, 0, 0]);
    assert_eq!(reads.take().get("doubled/page_0003.json"), Some(&1));
    assert_eq!(book.page::<doubled>(3).text, "page 3page 3");
}
