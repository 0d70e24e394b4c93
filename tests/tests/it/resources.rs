//! What pages of a run share, and dependencies that a page can do without.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shelf::plan::Request;
use shelf::prelude::*;
use shelf::stage::Stage as _;
use shelf::testing::{TestBook, TestRun};

/// What these stages make.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub text: String,
}

/// Greets in the language of the book; Latin cannot be opened. Its edition is the book's publisher, which pages depend on.
#[derive(Debug)]
pub struct Greetings {
    word: &'static str,
}

/// How often greetings were opened for a book with this title. Tests run at the same time, each with its own title.
fn counter(title: &str) -> &'static AtomicUsize {
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    static COUNTERS: Mutex<BTreeMap<String, &'static AtomicUsize>> = Mutex::new(BTreeMap::new());
    let mut counters = COUNTERS.lock().unwrap();
    counters.entry(title.to_owned()).or_insert_with(|| Box::leak(Box::default()))
}

impl Resource for Greetings {
    fn fingerprint(context: &ResourceContext<'_>) -> Result<String> {
        Ok(context.metadata().publisher.clone().unwrap_or_default())
    }

    async fn open(context: &ResourceContext<'_>) -> Result<Self> {
        tokio::task::yield_now().await;
        counter(context.metadata().title.as_deref().unwrap_or_default()).fetch_add(1, Ordering::SeqCst);
        let word = match context.metadata().language.first().map(String::as_str) {
            Some("de") => "Hallo",
            Some("la") => return Err(Failure::new("there is no Latin edition").hint("add `--language en`")),
            _ => "Hello",
        };
        Ok(Self { word })
    }
}

/// Made of another resource.
pub struct Shouted(String);

impl Resource for Shouted {
    async fn open(context: &ResourceContext<'_>) -> Result<Self> {
        Ok(Self(context.resource::<Greetings>().await?.word.to_uppercase()))
    }
}

/// These two need each other.
pub struct Hen;
pub struct Egg;

impl Resource for Hen {
    async fn open(context: &ResourceContext<'_>) -> Result<Self> {
        context.resource::<Egg>().await.map(|_| Self)
    }
}

impl Resource for Egg {
    async fn open(context: &ResourceContext<'_>) -> Result<Self> {
        context.resource::<Hen>().await.map(|_| Self)
    }
}

/// Greets every page.
#[stage(name = "greeted")]
pub fn greeted(page: PageNumber, greetings: &Greetings, metadata: &BookMetadata) -> Result<Text> {
    Ok(Text { text: format!("{} {page} of {}", greetings.word, metadata.total_pages) })
}

/// Greets every page in another way, without a thread of its own.
#[stage(name = "shouted", parallelism = io)]
pub async fn shouted(page: PageNumber, greetings: Arc<Greetings>, shouted: &Shouted) -> Result<Text> {
    tokio::task::yield_now().await;
    Ok(Text { text: format!("{} {} {page}", greetings.word, shouted.0) })
}

/// Cannot begin.
#[stage(name = "hatched")]
pub fn hatched(_hen: &Hen) -> Result<Text> {
    Ok(Text { text: String::new() })
}

/// A page that the tests give, or not.
#[stage(name = "label")]
pub fn label(page: PageNumber) -> Result<Text> {
    if page.get() == 2 { Err(Failure::new("illegible")) } else { Ok(Text { text: format!("label {page}") }) }
}

/// Survives a missing label.
#[stage(name = "joined", deps = [greeted, label])]
pub fn joined(greeted: Text, label: Option<Text>) -> Result<Text> {
    Ok(Text { text: format!("{}, {}", greeted.text, label.map_or_else(|| "no label".to_owned(), |label| label.text)) })
}

fn book(title: &str, language: &str) -> TestBook {
    let book = TestBook::of_pages(3);
    book.set(|metadata| {
        metadata.title = Some(title.to_owned());
        metadata.language = vec![language.to_owned()];
    });
    book
}

fn process(book: &TestBook, stages: &[&str]) -> TestRun {
    let rows = [greeted::ROW, shouted::ROW, label::ROW, joined::ROW];
    book.process(&rows, &Request::of_stages(stages.iter().copied()))
}

/// Pages made in a run by the last stage.
fn made(run: &TestRun) -> usize {
    run.events.iter().filter(|event| event.ends_with(": done")).count()
}

#[test]
fn a_resource_is_opened_once_for_all_pages_and_stages_of_a_run() {
    let book = book("once", "de");
    let run = process(&book, &["greeted", "shouted"]);
    assert!(run.summary.complete(), "{run:?}");
    assert_eq!(book.page::<greeted>(2).text, "Hallo 2 of 3");
    assert_eq!(book.page::<shouted>(3).text, "Hallo HALLO 3");
    assert_eq!(counter("once").load(Ordering::SeqCst), 1);
    assert_eq!(process(&book, &["greeted"]).summary.stages[0].kept, 3, "nothing to do");
    assert_eq!(counter("once").load(Ordering::SeqCst), 1, "and nothing is opened for it");
}

#[test]
fn pages_are_stale_when_the_fingerprint_of_a_resource_changes() {
    let edition = |book: &TestBook, edition: &str| book.set(|metadata| metadata.publisher = Some(edition.to_owned()));
    let book = book("stale", "de");
    edition(&book, "first edition");
    assert_eq!(process(&book, &["shouted"]).summary.stages[0].done, 3);
    let inputs = book.record::<shouted>(1).fingerprint.inputs;
    assert!(inputs.keys().any(|input| input.to_string() == "the resource Greetings"), "{inputs:?}");
    assert_eq!(process(&book, &["shouted"]).summary.stages[0].kept, 3);
    edition(&book, "second edition");
    assert_eq!(process(&book, &["shouted"]).summary.stages[0].done, 3);
}

#[test]
fn a_resource_that_cannot_be_opened_blocks_its_stage_and_is_named() {
    let book = book("latin", "la");
    let run = process(&book, &["greeted"]);
    assert_eq!((run.summary.stages[0].done, run.summary.stages[0].blocked.len()), (0, 3));
    let why = run.summary.stages[0].blocked[0].1.to_string();
    assert!(why.contains("resource `Greetings` cannot be opened: there is no Latin edition"), "{why}");
    assert!(why.contains("--language en"), "{why}");
}

#[test]
fn resources_that_need_each_other_are_named_in_a_row() {
    let run = book("eggs", "de").run::<hatched>();
    let why = run.summary.stages[0].blocked[0].1.to_string();
    assert!(why.contains("resources need each other: Hen → Egg → Hen"), "{why}");
}

#[test]
fn a_test_puts_another_resource_in_its_place() {
    let stand_in = Greetings { word: "Salve" };
    let book = book("stand-in", "la").with_resource(stand_in);
    assert!(process(&book, &["greeted", "shouted"]).summary.complete());
    assert_eq!(
        (book.page::<greeted>(1).text.as_str(), counter("stand-in").load(Ordering::SeqCst)),
        ("Salve 1 of 3", 0)
    );
    assert_eq!(book.page::<shouted>(1).text, "Salve SALVE 1");
}

#[test]
fn a_page_is_made_without_an_optional_dependency_and_again_when_it_appears() {
    let book = book("optional", "en");
    process(&book, &["greeted"]);
    let run = process(&book, &["joined"]);
    assert!(run.summary.complete(), "the labels were not asked for: {run:?}");
    assert_eq!(book.page::<joined>(1).text, "Hello 1 of 3, no label");

    // In one run the page waits until the label has ended, whichever way.
    let run = process(&book, &["label", "joined"]);
    let of = |stage: &str| run.summary.stages.iter().find(|summary| summary.stage == stage).unwrap();
    assert_eq!((of("label").done, of("label").failed.len()), (2, 1));
    assert_eq!((of("joined").done, of("joined").kept), (2, 1), "page 2 has no label as before");
    assert_eq!(book.page::<joined>(1).text, "Hello 1 of 3, label 1");
    assert_eq!(book.page::<joined>(2).text, "Hello 2 of 3, no label");
    let run = process(&book, &["joined"]);
    assert_eq!(run.summary.stages[0].kept, 3);
    assert_eq!(made(&run), 0);
}
