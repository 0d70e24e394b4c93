//! The `catalogue` stage, by rules and with a model whose replies are written down.

use serde_json::{Value, json};
use shelf::book::BookMetadata;
use shelf::llm::Engine;
use shelf::plan::Request;
use shelf::stage::Stage as _;
use shelf::testing::{ScriptedModel, TestBook, TestPage};
use stages::catalogue::{CatalogueField, CatalogueOptions, catalogue};
use stages::ocr::ocr;

const TITLE: &str =
    "HISTORICAL SKETCHES\nOF COLON1AL FLORIDA\nBY RICHARD L. CAMPBELL\nCLEVELAND\nTHE WILLIAMS PUBLISHING CO";
const BACK: &str = "COPYRIGHT, 1892\nISBN 0-306-40615-2";
const PROSE: &str = "Of the men who came to Pensacola in 1528 little is known.";

/// A book of 20 pages: a blank one, a title page and its back, and prose; nobody has said a title.
fn book() -> TestBook {
    let text = |number| match number {
        1 => "",
        2 => TITLE,
        3 => BACK,
        _ => PROSE,
    };
    let book = TestBook::of_pages(20).outputs::<ocr>(|number| TestPage::new(text(number)).number(number).ocr());
    book.set(|metadata| metadata.title = None);
    book
}

fn claim(text: &str, page: u32) -> Value {
    json!({ "text": text, "page": page, "confidence": 1.0 })
}

fn reply() -> Value {
    json!({
        "title": claim("Historical Sketches of Colonial Florida", 2),
        "author": claim("Richard L. Campbell", 2),
        "year": claim("1892", 3),
        "publisher": claim("The Williams Publishing Co", 2),
        "isbn": null,
        "type": { "kind": "history", "confidence": 0.7 },
    })
}

fn reply_with(field: &str, value: Value) -> Value {
    let mut reply = reply();
    reply[field] = value;
    reply
}

/// A book that was catalogued by what a model replies.
fn catalogued(reply: &Value) -> (ScriptedModel, TestBook) {
    let model = ScriptedModel::with_replies([reply.to_string()]);
    let book = book().with(&model);
    book.run::<catalogue>();
    (model, book)
}

/// What the book stage measured.
fn metric(book: &TestBook, name: &str) -> u64 {
    let output: Value = serde_json::from_slice(&book.bytes("catalogue/book.json").unwrap()).unwrap();
    output["_record"]["metrics"][name].as_u64().unwrap()
}

#[test]
fn rules_fill_in_what_is_beyond_doubt_at_no_cost() {
    let model = ScriptedModel::with_replies(["nothing"]);
    let rules = CatalogueOptions { engine: Engine::Rules };
    for book in [book(), book().with(&model).options::<catalogue>(rules)] {
        book.run::<catalogue>();
        let known = book.metadata();
        assert_eq!((known.title, known.author, known.publisher), (None, None, None));
        assert_eq!((known.year, known.isbn.as_deref()), (Some(1892), Some("0-306-40615-2")));
        assert_eq!(known.metadata_extraction_confidence, Some(0.8));
        assert_eq!(book.book_output::<catalogue>().year, Some(CatalogueField::on(3, 1892, 0.8)));
    }
    assert_eq!(model.requests().len(), 0);
}

#[test]
fn the_model_gets_the_text_of_the_first_pages_and_no_picture() {
    let (model, book) = catalogued(&reply());
    let asked = &model.requests()[0];
    assert_eq!((model.requests().len(), asked.pictures, metric(&book, "pages_sent")), (1, 0, 14));
    assert!(asked.user.starts_with(&format!("[2]\n{TITLE}\n[3]\n{BACK}\n[4]\n{PROSE}\n")), "{}", asked.user);
    assert!(asked.user.ends_with(&format!("[15]\n{PROSE}\n")), "{}", asked.user);
}

#[test]
fn what_the_pages_bear_out_is_filled_in_with_where_it_stands() {
    let (_model, book) = catalogued(&reply());
    let known = book.metadata();
    assert_eq!(known.title.as_deref(), Some("Historical Sketches of Colonial Florida"));
    assert_eq!(known.author.as_deref(), Some("Richard L. Campbell"));
    assert_eq!(known.publisher.as_deref(), Some("The Williams Publishing Co"));
    assert_eq!((known.year, known.kind.as_deref()), (Some(1892), Some("history")));
    assert_eq!(known.isbn.as_deref(), Some("0-306-40615-2"), "that the rules have found");
    assert_eq!(known.metadata_extraction_confidence, Some(0.7), "the least sure field's");
    let entry = book.book_output::<catalogue>();
    assert_eq!((entry.title.unwrap().page, entry.kind.unwrap().page), (Some(2), None));
    assert_eq!(metric(&book, "claims_refused"), 0);
}

#[test]
fn what_the_pages_do_not_say_is_refused_and_counted() {
    for (field, invented) in [
        ("title", claim("The Spanish Settlements Within the United States", 2)),
        ("author", claim("Woodbury Lowery", 2)),
        ("publisher", claim("Harper & Brothers", 2)),
        ("year", claim("1893", 3)),
        ("year", claim("soon", 3)),
        ("isbn", claim("978-0-14-044908-2", 3)),
        ("isbn", claim("0-306-40615-3", 3)),
    ] {
        let (model, book) = catalogued(&reply_with(field, invented.clone()));
        assert_eq!((model.requests().len(), metric(&book, "claims_refused")), (1, 1), "{field} {invented}");
        let known = serde_json::to_value(book.metadata()).unwrap();
        assert_ne!(known[field], invented["text"], "{field}");
        assert_eq!((&known["type"], &known["isbn"]), (&json!("history"), &json!("0-306-40615-2")));
    }
}

#[test]
fn a_wrong_page_is_put_right_and_one_that_was_not_sent_goes_back_to_the_model() {
    let (_model, book) = catalogued(&reply_with("author", claim("Richard L. Campbell", 7)));
    assert_eq!(book.book_output::<catalogue>().author.unwrap().page, Some(2));
    let unknown = reply_with("author", claim("Richard L. Campbell", 16)).to_string();
    let model = ScriptedModel::with_replies([unknown, reply().to_string()]);
    let book = self::book().with(&model);
    book.run::<catalogue>();
    assert!(model.requests()[1].user.contains("there is no page 16; the pages are those in square brackets"));
    assert_eq!(book.book_output::<catalogue>().author.unwrap().page, Some(2));
}

#[test]
fn what_a_model_is_not_sure_of_is_written_down_and_not_filled_in() {
    let unsure = json!({ "text": "Richard L. Campbell", "page": 2, "confidence": 0.4 });
    let (_model, book) = catalogued(&reply_with("author", unsure));
    let author = CatalogueField::on(2, "Richard L. Campbell".to_owned(), 0.4);
    assert_eq!(book.book_output::<catalogue>().author, Some(author));
    assert_eq!(book.metadata().author, None);
}

#[test]
fn what_a_person_has_said_stays_and_what_the_file_was_called_goes() {
    let model = ScriptedModel::with_replies([reply().to_string()]);
    let book = book().with(&model);
    book.set(|metadata| {
        metadata.title = Some("florida 300dpi".to_owned());
        metadata.inferred.title.clone_from(&metadata.title);
        metadata.author = Some("R. Campbell".to_owned());
    });
    book.run::<catalogue>();
    let known = book.metadata();
    assert_eq!(known.title.as_deref(), Some("Historical Sketches of Colonial Florida"));
    assert_eq!(known.author.as_deref(), Some("R. Campbell"));
}

#[test]
fn a_page_further_back_that_is_read_again_costs_nothing() {
    let (model, book) = catalogued(&reply());
    let before = book.metadata();
    book.put::<ocr>(18, &TestPage::new("Another text, ISBN 978-0-306-40615-7.").number(18).ocr());
    let plan = book.plan(&[catalogue::ROW], &Request::default());
    assert_eq!(plan.jobs.iter().map(|job| job.why.to_string()).collect::<Vec<_>>(), ["ocr page 18 changed"]);
    book.run::<catalogue>();
    assert_eq!((model.requests().len(), book.metadata()), (1, before));
    assert_eq!(book.plan(&[catalogue::ROW], &Request::default()).jobs.len(), 0);
}

#[test]
fn a_run_that_was_killed_before_it_filled_in_is_gone_on_with() {
    let (model, book) = catalogued(&reply());
    let filled = book.metadata();
    book.set(|metadata| {
        *metadata = BookMetadata { total_pages: 20, scan_date: metadata.scan_date.clone(), ..BookMetadata::default() };
    });
    book.write("catalogue/after.json", br#"{ "since": "2026-01-01T00:00:00Z" }"#);
    book.run::<catalogue>();
    assert_eq!((model.requests().len(), book.metadata()), (1, filled));
    assert_eq!(book.bytes("catalogue/after.json"), None);
}

#[test]
fn a_book_whose_first_pages_are_blank_is_not_asked_about() {
    let model = ScriptedModel::with_replies([reply().to_string()]);
    let book = TestBook::of_pages(3).outputs::<ocr>(|number| TestPage::new("").number(number).ocr()).with(&model);
    book.run::<catalogue>();
    assert_eq!((model.requests().len(), book.metadata().title.as_deref()), (0, Some("A test")));
}

#[test]
fn a_prompt_of_the_book_is_what_the_model_is_told() {
    let model = ScriptedModel::with_replies([reply().to_string()]);
    let book = book().with(&model);
    book.write("prompts/catalogue.md", b"Only the title.");
    book.run::<catalogue>();
    assert_eq!(model.requests()[0].system, "Only the title.");
}
