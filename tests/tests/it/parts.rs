//! A page stage that takes its part of a book stage's output, and what stages warn of.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use std::collections::BTreeMap;

use shelf::plan::Request;
use shelf::prelude::*;
use shelf::registry::{Registry, RegistryError};
use shelf::stage::Stage as _;
use shelf::testing::TestBook;

/// What stands on a page.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub text: String,
}

/// What a book holds of its pages; of page 4 nothing.
#[page]
#[derive(Debug, PartialEq)]
pub struct Index {
    pub letters: usize,
    /// Checked where a stage takes its part.
    #[garde(skip)]
    pub pages: BTreeMap<u32, Entry>,
}

/// What it holds of one.
#[page]
#[derive(Debug, PartialEq)]
pub struct Entry {
    #[garde(range(max = 9))]
    pub letters: usize,
}

impl ByPage for Index {
    type Part = Entry;
}

/// Given by the tests.
#[stage(name = "text")]
pub fn text() -> Result<Text> {
    Err(Failure::new("only tests give texts"))
}

/// Counts the letters of every page but the fourth.
#[stage(name = "index", deps = [text], scope = book)]
pub fn index(text: Pages<Text>, warnings: Warnings) -> Result<Index> {
    let mut pages = BTreeMap::new();
    for page in text.iter() {
        let (page, text) = page?;
        if text.text.is_empty() {
            warnings.push(format!("page {page} is empty"));
        }
        pages.insert(page.get(), Entry { letters: text.text.len() });
    }
    pages.remove(&4);
    Ok(Index { letters: pages.values().map(|page| page.letters).sum(), pages })
}

/// Says how many there are on its page.
#[stage(name = "counted", deps = [index])]
pub fn counted(index: Part<Entry>) -> Result<Text> {
    Ok(Text { text: index.letters.to_string() })
}

/// A book of three pages with the texts `a`, `bb`, `ccc`, all of it made.
fn book() -> TestBook {
    let book = TestBook::of_pages(3)
        .outputs::<text>(|page| Text { text: "abc"[page as usize - 1..page as usize].repeat(page as usize) });
    run(&book);
    book
}

/// Runs it all, and says what became of `counted`.
fn run(book: &TestBook) -> Vec<String> {
    let run = book.process(&[counted::ROW], &Request::default());
    run.events.into_iter().filter(|event| event.contains("counted")).collect()
}

#[test]
fn a_page_receives_its_part_of_a_book_output() {
    let book = book();
    let made = [1, 2, 3].map(|page| book.page::<counted>(page).text);
    assert_eq!(made, ["1", "2", "3"]);
}

#[test]
fn a_change_elsewhere_in_the_book_makes_no_page_stale() {
    let book = book();
    book.put::<text>(2, &Text { text: "bbbb".to_owned() });
    let ended = run(&book);
    assert_eq!(book.book_output::<index>().letters, 8, "the book's own output is made again");
    assert_eq!(
        ended,
        ["counted page 1: kept", "counted page 2: started", "counted page 2: done", "counted page 3: kept"]
    );
    assert_eq!(book.page::<counted>(2).text, "4");
}

#[test]
fn the_plan_says_which_part_changed() {
    let book = book();
    let mut changed = book.book_output::<index>();
    changed.pages.insert(2, Entry { letters: 7 });
    book.put_book::<index>(&changed);
    let plan = book.plan(&[counted::ROW], &Request::default());
    let jobs: Vec<String> = plan.jobs.iter().map(|job| format!("{}: {}", job.page, job.why)).collect();
    assert_eq!(jobs, ["counted page 2: the part of index for page 2 changed"]);
}

#[test]
fn a_page_without_a_part_fails_and_says_where_it_looked() {
    let book = TestBook::of_pages(4).outputs::<text>(|_| Text { text: "x".to_owned() });
    run(&book);
    let failure = book.failure::<counted>(4).unwrap().failure.to_string();
    assert!(failure.contains("book.json of `index` has no part for page 4 in `pages`"), "{failure}");
    assert_eq!(book.page::<counted>(3).text, "1");
}

#[test]
fn an_invalid_part_is_reported_with_its_path() {
    let book = book();
    let mut changed = serde_json::to_value(book.book_output::<index>()).unwrap();
    changed["pages"]["2"]["letters"] = 12.into();
    book.write("index/book.json", &serde_json::to_vec(&changed).unwrap());
    run(&book);
    let failure = book.failure::<counted>(2).unwrap().failure.to_string();
    assert!(
        failure.contains("`pages.2` of book.json of `index` does not match its schema: letters is 12: greater than 9"),
        "{failure}"
    );
}

#[test]
fn warnings_stand_in_the_record_until_the_page_is_made_again() {
    let book = book();
    let warned = |book: &TestBook| -> Vec<String> {
        let made = book.bytes("index/book.json").unwrap();
        let made: serde_json::Value = serde_json::from_slice(&made).unwrap();
        serde_json::from_value(made["_record"]["warnings"].clone()).unwrap_or_default()
    };
    assert!(warned(&book).is_empty());
    book.put::<text>(2, &Text { text: String::new() });
    run(&book);
    assert_eq!(warned(&book), ["page 2 is empty"]);
    book.put::<text>(2, &Text { text: "b".to_owned() });
    run(&book);
    assert!(warned(&book).is_empty());
}

#[test]
fn a_requested_stage_brings_its_book_stages_but_no_page_stages() {
    let book = TestBook::of_pages(2).outputs::<text>(|_| Text { text: "x".to_owned() });
    let done = |request: &Request| {
        let run = book.process(&[counted::ROW], request);
        run.events.into_iter().filter(|event| event.ends_with(": done")).collect::<Vec<_>>()
    };
    let only = |stage: &str| Request::of_stages([stage]);
    assert_eq!(done(&only("counted")), ["index: done", "counted page 1: done", "counted page 2: done"]);
    let again = only("counted").redo("again");
    assert_eq!(done(&again), ["counted page 1: done", "counted page 2: done"], "--redo is for what is named");
}

/// An output whose map has another name.
pub mod misnamed {
    use super::*;

    /// Its map is not called `pages`.
    #[page]
    pub struct Sheets {
        pub sheets: BTreeMap<u32, Text>,
    }

    impl ByPage for Sheets {
        type Part = Text;
    }

    /// Makes nothing.
    #[stage(name = "sheets", scope = book)]
    pub fn sheets() -> Result<Sheets> {
        Ok(Sheets { sheets: BTreeMap::new() })
    }

    /// Takes what is not there.
    #[stage(name = "sheet", deps = [sheets])]
    pub fn sheet(sheets: Part<Text>) -> Result<Text> {
        Ok(Text { text: sheets.text.clone() })
    }
}

#[test]
fn an_output_without_parts_is_refused_at_start_up() {
    let error = Registry::of([misnamed::sheets::ROW, misnamed::sheet::ROW]).err().unwrap();
    assert!(matches!(error, RegistryError::Part { .. }));
    assert_eq!(
        error.to_string(),
        "stage `sheet` takes a `Part` of `sheets`, whose output has no field `pages` that maps page numbers to parts"
    );
}
