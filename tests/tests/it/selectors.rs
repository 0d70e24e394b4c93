//! Which stages `--stage +joined+` selects, and how many pages of a stage run at a time.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use shelf::plan::{PlanError, Selector, select};
use shelf::prelude::*;
use shelf::registry::Registry;
use shelf::stage::Stage as _;
use shelf::testing::TestBook;
use shelf_tests::Shelf;

use super::scheduling::{around, first, last, second, whole};

fn selected(written: &[&str]) -> Result<String, PlanError> {
    let registry = Registry::of([around::ROW, first::ROW, last::ROW, second::ROW, whole::ROW]).unwrap();
    let selectors: Vec<Selector> = written.iter().map(|text| text.parse().unwrap()).collect();
    Ok(select(&registry, &selectors)?.join(" "))
}

#[test]
fn plus_adds_what_a_stage_is_made_from_and_what_is_made_from_it() {
    assert_eq!(selected(&["second"]).unwrap(), "second");
    assert_eq!(selected(&["+second"]).unwrap(), "first second");
    assert_eq!(selected(&["whole+"]).unwrap(), "whole last");
    assert_eq!(selected(&["+whole+"]).unwrap(), "first second whole last");
    assert_eq!(selected(&["second+"]).unwrap(), "second around whole last");
    assert_eq!(selected(&["last", "+second"]).unwrap(), "first second last");
    assert!(matches!(selected(&["+thrid"]), Err(PlanError::NoStage { .. })));
}

#[test]
fn selectors_are_read_as_they_are_written() {
    for text in ["ocr", "+ocr", "ocr+", "+ocr+"] {
        assert_eq!(text.parse::<Selector>().unwrap().to_string(), text);
    }
}

/// Pages that are in `meeting` just now.
static PRESENT: Mutex<u32> = Mutex::new(0);
static ARRIVED: Condvar = Condvar::new();

/// Nothing.
#[page]
pub struct Met {}

/// Waits until three pages are here at a time.
#[stage(name = "meeting", parallelism = cpu)]
pub fn meeting() -> shelf::stage::Result<Met> {
    let mut present = PRESENT.lock().unwrap();
    *present += 1;
    ARRIVED.notify_all();
    let (present, waited) = ARRIVED.wait_timeout_while(present, Duration::from_secs(20), |here| *here < 3).unwrap();
    drop(present);
    if waited.timed_out() { Err(Failure::new("the others did not come")) } else { Ok(Met {}) }
}

#[test]
fn a_stage_has_the_workers_that_a_run_gives_it() {
    let book = TestBook::of_pages(3).workers(1).stage_workers::<meeting>(3);
    assert_eq!(book.run::<meeting>().summary.stages[0].done, 3);
}

#[test]
fn one_worker_makes_one_page_at_a_time() {
    let book = TestBook::of_pages(3).workers(3).stage_workers::<first>(1);
    insta::assert_snapshot!(book.run::<first>().events.join("\n"), @r"
    first page 1: started
    first page 1: done
    first page 2: started
    first page 2: done
    first page 3: started
    first page 3: done
    ");
}

fn with_book() -> Shelf {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_authors-shelf"));
    let book = shelf.library().join("book");
    std::fs::create_dir(&book).unwrap();
    std::fs::write(book.join("metadata.json"), r#"{ "title": "A Book", "total_pages": 2 }"#).unwrap();
    shelf
}

#[test]
fn a_blocked_page_names_the_selector_that_makes_what_it_needs() {
    let shelf = with_book();
    let blocked = shelf.run(["process", "book", "--stage", "digest"]);
    assert_eq!(blocked.code, Some(3));
    let hint = "hint: `shelf process book --stage +digest` makes `digest` and all it is made from";
    assert!(blocked.err.contains(hint), "{}", blocked.err);
    assert!(shelf.run(["plan", "book", "--stage", "digest"]).err.contains(hint));
    let plan = shelf.ok(["plan", "book", "--stage", "+digest"]);
    assert!(plan.contains("counted: 2 pages to make") && plan.contains("digest: 1 book to make"), "{plan}");
    shelf.ok(["process", "book", "--stage", "+digest", "--workers", "2,counted=1"]);
    let status = shelf.ok(["status", "book", "--stage", "digest"]);
    assert!(status.contains("digest") && !status.contains("counted"), "{status}");
}

#[test]
fn clean_takes_a_stage_with_all_made_from_it() {
    let shelf = with_book();
    shelf.ok(["process", "book", "--stage", "+digest"]);
    let refused = shelf.run(["clean", "book", "--stage", "+digest"]);
    let problem = "error: `+digest`: only a stage (`digest`), or a stage and all made from it (`digest+`)";
    assert!(refused.code == Some(2) && refused.err.contains(problem), "{}", refused.err);
    shelf.ok(["clean", "book", "--stage", "counted+", "--yes"]);
    assert!(!shelf.library().join("book/counted").exists() && !shelf.library().join("book/digest").exists());
}

#[test]
fn workers_of_a_stage_that_does_not_exist_are_refused() {
    let shelf = with_book();
    let refused = shelf.run(["process", "book", "--workers", "countd=2"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("error: --workers: unknown stage `countd`; did you mean `counted`?"));
    std::fs::write(shelf.library().join("shelf.toml"), "workers = \"countd=2\"\n").unwrap();
    let refused = shelf.run(["process", "book"]);
    assert!(refused.err.contains("shelf.toml: `workers`: unknown stage `countd`"), "{}", refused.err);
}
