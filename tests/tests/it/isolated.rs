//! A page of an `isolated` stage that crashes, hangs or fills the memory costs itself and nothing else, and is otherwise like any page.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use shelf::logs::StageLogs;
use shelf::plan::Request;
use shelf::stage::{Cause, Stage as _};
use shelf::testing::{TestBook, TestRun};
use shelf::worker::{Confinement, WorkerPool, WorkerSettings, confinement_gap};
use shelf_tests::isolated_stages::{
    Ink, Numeral, dipped, looked_at, misdeed, nosy, numeral, series, stuck, sturdy, trusted,
};
use tracing_subscriber::layer::SubscriberExt;

fn settings(program: &str) -> WorkerSettings {
    WorkerSettings {
        program: program.into(),
        arguments: vec!["worker".into()],
        count: 2,
        memory_limit_bytes: 1434 << 20,
        confinement: None,
        withheld: Vec::new(),
        // Far more than anything here takes: the machine may be busy.
        time_limit: Duration::from_mins(2),
    }
}

fn worker_pool(program: &str) -> WorkerPool {
    WorkerPool::start(settings(program))
}

fn book(pages: u32) -> TestBook {
    let numerals = |page| Numeral { strokes: "I".repeat(page as usize) };
    TestBook::of_pages(pages)
        .outputs::<numeral>(numerals)
        .worker_pool(worker_pool(env!("CARGO_BIN_EXE_crashing-worker")))
        .workers(2)
}

fn counts(run: &TestRun) -> (usize, usize) {
    (run.summary.stages[0].done, run.summary.stages[0].failed.len())
}

#[test]
fn a_page_that_brings_its_process_down_fails_alone_and_with_a_reason() {
    let book = book(9);
    let run = book.run::<sturdy>();
    assert_eq!(counts(&run), (3, 6), "{:?}", run.events);
    for (page, cause, error) in [
        (misdeed::ABORT, Cause::Crash, "`sturdy` crashed: its worker process was terminated by SIGABRT"),
        (misdeed::ALLOCATE, Cause::Memory, "`sturdy` ran out of memory: a worker process may use up to 1.4 GiB"),
        (misdeed::EXIT, Cause::Crash, "`sturdy` crashed: its worker process exited with code 0"),
        (misdeed::PANIC, Cause::Panic, "panicked at tests/src/isolated_stages.rs:"),
        (misdeed::FAIL, Cause::Error, "the nib is dry"),
        (misdeed::MISMEASURE, Cause::Output, "metric `thrift`"),
    ] {
        let failed = book.failure::<sturdy>(page).unwrap();
        assert_eq!(failed.failure.cause, cause, "page {page}: {}", failed.failure);
        assert!(failed.failure.error.starts_with(error), "page {page}: {}", failed.failure);
        let attempts = if page == misdeed::FAIL { 2 } else { 1 };
        assert_eq!(failed.attempts, attempts, "page {page}");
    }
    assert!(book.failure::<sturdy>(misdeed::PANIC).unwrap().failure.backtrace.is_some());
    assert_eq!(book.failure::<sturdy>(misdeed::FAIL).unwrap().failure.hint.as_deref(), Some("dip it"));
}

#[test]
fn inputs_and_results_of_a_page_pass_between_the_processes() {
    let book = book(1).options::<sturdy>(Ink { ink: '|' });
    book.set(|metadata| metadata.title = Some("Zählen".to_owned()));
    assert_eq!(counts(&book.run::<sturdy>()), (1, 0));
    let page = book.page::<sturdy>(1);
    assert_eq!((page.strokes.as_str(), page.title.as_deref()), ("|", Some("Zählen")));
    assert_ne!(page.process, std::process::id());
    assert_eq!(Value::Object(book.metrics::<sturdy>(1)).to_string(), r#"{"strokes":1,"thrift":1.0}"#);
    assert_eq!(book.bytes("sturdy/page_0001_strokes.txt").as_deref(), Some(b"I".as_slice()));
    let record = book.record::<sturdy>(1);
    assert_eq!(record.files.keys().collect::<Vec<_>>(), ["sturdy/page_0001_strokes.txt"]);
    assert_eq!(record.warnings, ["the paper is thin"]);
    assert_eq!(record.fingerprint.options["ink"], "|");
    assert_eq!(book.run::<sturdy>().summary.stages[0].kept, 1, "the page is as good as any");
}

#[test]
fn a_page_that_takes_too_long_is_killed_at_the_time_limit() {
    let book = book(3);
    let run = book.run::<stuck>();
    let failed = book.failure::<stuck>(misdeed::HANG).unwrap();
    assert_eq!((failed.failure.cause, failed.attempts), (Cause::Timeout, 1), "{:?}", run.events);
    assert_eq!(failed.failure.error, "`stuck` took longer than 0.7 s");
    assert_eq!(failed.failure.hint.as_deref(), Some("if pages need longer, raise `timeout` in the stage's attribute"));
    let on_time = run.summary.stages[0].failed.iter().all(|(_, failure)| failure.cause == Cause::Timeout);
    assert!(on_time, "{:?}", run.events);
}

#[test]
fn a_book_stage_reads_its_pages_from_the_child() {
    let book = book(4);
    assert_eq!(counts(&book.run::<series>()), (1, 0));
    let output = book.book_output::<series>();
    assert_eq!(output.strokes.len(), 1 + 2 + 3 + 4);
    assert_ne!(output.process, std::process::id());
}

#[test]
fn a_resource_is_opened_once_in_each_process_that_makes_pages() {
    let book = book(6);
    assert_eq!(counts(&book.run::<dipped>()), (6, 0));
    for page in 1..=6 {
        let made = book.page::<dipped>(page);
        assert_eq!(made.strokes, format!("page {page}, filled 1"));
        assert_ne!(made.process, std::process::id());
    }
    book.set(|metadata| metadata.title = Some("Dry".to_owned()));
    assert_eq!(counts(&book.process(&[dipped::ROW], &redo())), (0, 6));
    let failed = book.failure::<dipped>(3).unwrap().failure;
    assert_eq!(failed.error, "resource `Inkwell` cannot be opened: the ink has dried");
    assert_eq!(failed.hint.as_deref(), Some("fill the inkwell"));
}

fn redo() -> Request {
    Request::of_stages(["dipped"]).redo("dry")
}

#[test]
fn a_scan_is_opened_in_the_process_that_makes_the_page() {
    let book = TestBook::of_pages(1).scans([(vec![0], (10, 10), 300.0)]);
    let book = book.worker_pool(worker_pool(env!("CARGO_BIN_EXE_crashing-worker")));
    assert_eq!(counts(&book.run::<looked_at>()), (1, 0));
    let page = book.page::<looked_at>(1);
    assert_eq!(page.strokes, page.process.to_string());
}

#[test]
fn a_stage_reads_its_book_and_nothing_else_unless_it_says_so() {
    if confinement_gap().is_some() {
        return;
    }
    let book = book(1);
    let confinement = Confinement { readable: vec![book.store().root().to_owned()], ..Confinement::default() };
    let settings = WorkerSettings { confinement: Some(confinement), ..settings(env!("CARGO_BIN_EXE_crashing-worker")) };
    let book = book.worker_pool(WorkerPool::start(settings));
    assert_eq!(counts(&book.run::<series>()), (1, 0), "it reads the pages of its book");
    assert_eq!(counts(&book.run::<nosy>()), (0, 1));
    let failure = book.failure::<nosy>(1).unwrap().failure;
    assert!(failure.error.contains("Permission denied"), "{failure}");
    assert_eq!(counts(&book.run::<trusted>()), (1, 0));
}

#[test]
fn without_children_the_page_is_made_here() {
    let book = TestBook::of_pages(1).outputs::<numeral>(|_| Numeral { strokes: "I".to_owned() });
    assert_eq!(counts(&book.run::<sturdy>()), (1, 0));
    assert_eq!(book.page::<sturdy>(1).process, std::process::id());
}

#[test]
fn a_child_of_another_program_says_so() {
    let book = book(1).worker_pool(worker_pool(env!("CARGO_BIN_EXE_authors-shelf")));
    book.run::<sturdy>();
    let failure = book.failure::<sturdy>(1).unwrap().failure;
    assert!(failure.error.starts_with("cannot start `sturdy`: the worker process `"), "{failure}");
}

#[test]
fn what_is_traced_in_the_child_stands_in_the_log_of_the_stage() {
    let book = book(11);
    let logs = StageLogs::new(Arc::new(book.store().clone()));
    // The threads of a run have no subscriber of their own; the books of other tests are in other libraries.
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(logs)).unwrap();
    book.run::<sturdy>();
    let log =
        std::fs::read_dir(book.store().book_folder(book.id()).join("sturdy/logs")).unwrap().next().unwrap().unwrap();
    let lines = std::fs::read_to_string(log.path()).unwrap();
    let said: BTreeSet<(u64, u64)> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["message"] == "copying" && line["target"] == "shelf_tests::isolated_stages")
        .filter_map(|line| Some((line["page"].as_u64()?, line["strokes"].as_u64()?)))
        .collect();
    assert!(said.is_superset(&[(misdeed::ABORT.into(), 2), (11, 11)].into()), "{lines}");
}
