//! Programs without a command line: what a `Library` runs, reads and refuses.

use std::sync::Mutex;

use clap::Args;
use shelf::book::ScanId;
use shelf::library::Library;
use shelf::prelude::*;
use shelf::registry::Registry;
use shelf::run::Stop;
use shelf::stage::Stage as _;
use shelf::store::Store as _;

/// A page's number, multiplied.
#[page]
#[derive(Debug)]
pub struct Multiplied {
    /// The product.
    #[garde(range(min = 1))]
    pub product: u32,
}

/// What `multiplied` measures.
#[derive(PageMetrics, Report)]
pub struct MultipliedMetrics {
    /// The product.
    pub product: u32,
}

/// What `multiplied` can be told.
#[derive(Debug, Clone, Args, Serialize)]
pub struct MultipliedOptions {
    /// The factor
    #[arg(default_value_t = 2)]
    pub factor: u32,
}

/// Multiplies the number of every page but the third.
#[stage(name = "multiplied", options = MultipliedOptions)]
pub fn multiplied(page: PageNumber, options: &MultipliedOptions) -> Result<(Multiplied, MultipliedMetrics)> {
    if page.get() == 3 {
        return Err(Failure::new("the third page is upside down"));
    }
    let product = page.get() * options.factor;
    Ok((Multiplied { product }, MultipliedMetrics { product }))
}

/// Sums up all pages.
#[stage(name = "sum", deps = [multiplied], scope = book)]
pub fn sum(multiplied: Pages<Multiplied>) -> Result<Multiplied> {
    let products = multiplied.iter().map(|page| Ok(page?.1.product)).collect::<Result<Vec<_>>>()?;
    Ok(Multiplied { product: products.iter().sum() })
}

/// A library in a temporary folder, with a book of so many pages and no scans.
fn library(pages: u32) -> (tempfile::TempDir, Library, ScanId) {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::with_registry(folder.path(), Registry::of([multiplied::ROW, sum::ROW]).unwrap()).unwrap();
    let book: ScanId = "book".parse().unwrap();
    let path = shelf::store::BookPath::metadata(&book);
    library.store().write(&path, format!(r#"{{ "title": "A Book", "total_pages": {pages} }}"#).as_bytes()).unwrap();
    (folder, library, book)
}

#[test]
fn run_makes_what_was_asked_for_and_reports_it() {
    let (_folder, library, book) = library(2);
    let events = Mutex::new(Vec::new());
    let run = library.process(&book).stages(["+sum"]).run(|event| events.lock().unwrap().push(event.to_string()));
    assert!(run.unwrap().complete());
    let events = events.into_inner().unwrap();
    assert_eq!(events.first().unwrap(), "book: 3 jobs");
    assert!(events.contains(&"multiplied page 2: done".to_owned()), "{events:?}");
    assert_eq!(library.book_output::<sum>(&book).unwrap().product, 6);

    let nothing = library.process(&book).plan().unwrap();
    assert!(nothing.jobs.is_empty(), "{:?}", nothing.jobs);
    let redone = library.process(&book).stages(["multiplied"]).pages(2..=2).redo().run(|_| ()).unwrap();
    assert_eq!((redone.stages[0].asked, redone.stages[0].done), (1, 1));
}

#[test]
fn options_start_from_their_defaults() {
    let (_folder, library, book) = library(2);
    let library = library.stages(["multiplied"]);
    let run = library.process(&book).options::<multiplied>(|options| options.factor += 1).unwrap();
    assert!(run.run(|_| ()).unwrap().complete());
    let stored = library.stored_page::<multiplied>(&book, 2).unwrap();
    assert_eq!(stored.output.product, 6);
    assert_eq!(stored.record.unwrap().metrics["product"], 6);
}

#[test]
fn outputs_that_cannot_be_read_say_why() {
    let (_folder, library, book) = library(4);
    let stop = Stop::default();
    stop.ask();
    let stopped = library.process(&book).stop(&stop).run(|_| ()).unwrap();
    assert_eq!(stopped.stages[0].left, 4);
    let said = |page: u32| library.page::<multiplied>(&book, page).map(|page| page.product).map_err(|e| e.to_string());
    assert_eq!(said(1).unwrap_err(), "multiplied page 1 has not been made yet");
    assert_eq!(library.book_output::<sum>(&book).unwrap_err().to_string(), "sum has not been made yet");

    let summary = library.process(&book).stages(["multiplied"]).run(|_| ()).unwrap();
    assert_eq!(summary.stages[0].failed.len(), 1);
    assert_eq!(said(1), Ok(2));
    assert_eq!(said(3).unwrap_err(), "multiplied page 3 failed: the third page is upside down");
    assert_eq!(said(5).unwrap_err(), "page 5 is out of range (the book has 4)");
    assert_eq!(said(0).unwrap_err(), "page 0 is out of range (the book has 4)");
    let file = library.store().root().join("book/multiplied/page_0002.json");
    std::fs::write(file, r#"{ "product": 0 }"#).unwrap();
    let invalid = said(2).unwrap_err();
    assert!(invalid.contains("page_0002.json does not match its schema: product is 0"), "{invalid}");
}

#[test]
fn requests_that_make_no_plan_are_errors() {
    let (_folder, library, book) = library(2);
    let unknown = library.process(&book).stages(["+summ"]).run(|_| ()).unwrap_err();
    assert_eq!(unknown.to_string(), "unknown stage `summ`; the stages are `multiplied`, `sum`");
    let other: ScanId = "other".parse().unwrap();
    let missing = library.process(&other).run(|_| ()).unwrap_err();
    assert_eq!(missing.to_string(), "there is no book `other` in the library");
    assert_eq!(library.books().unwrap(), [book]);
}
