//! `shelf review`.

use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::{Value, json};
use shelf_pages::testing::TestPage;
use shelf_pages::{CorrectedPage, Proposal, ProposalDoubt};
use shelf_tests::Shelf;

use super::shelf;

fn proposal(word: u32, read: &str, proposed: &str, doubt: ProposalDoubt) -> Proposal {
    let (read, proposed) = (read.to_owned(), proposed.to_owned());
    Proposal { block_num: 1, par_num: 1, word, read, proposed, doubt, proposed_by: None }
}

/// A library with a book of two merged pages: two proposals on the first, one on the second, which has a block without a label.
fn with_proposals() -> Shelf {
    let shelf = shelf();
    let book = shelf.library().join("book");
    for folder in ["ocr", "corrected", "labels", "source"] {
        std::fs::create_dir_all(book.join(folder)).unwrap();
    }
    std::fs::write(book.join("metadata.json"), r#"{"title": "A Book", "total_pages": 2, "language": ["en"]}"#).unwrap();
    let proposals = [
        vec![
            proposal(1, "modem", "modern", ProposalDoubt::BothAreWords),
            proposal(4, "1892", "1982", ProposalDoubt::Number),
        ],
        vec![proposal(1, "tbe end.", "the end.", ProposalDoubt::UnlikelyMisreading)],
    ];
    for (number, (text, proposals)) in (1..).zip(["The modem ship of 1892", "To tbe end."].into_iter().zip(proposals)) {
        let page = TestPage::new(text).number(number);
        let write = |stage: &str, value: Value| {
            std::fs::write(book.join(format!("{stage}/page_{number:04}.json")), value.to_string()).unwrap();
        };
        let mut labels = serde_json::to_value(page.labels()).unwrap();
        if number == 2 {
            labels["blocks"] = json!([]);
        }
        write("ocr", serde_json::to_value(page.ocr()).unwrap());
        write("corrected", serde_json::to_value(CorrectedPage { proposals, ..page.corrected() }).unwrap());
        write("labels", labels);
    }
    let image = r#"{ "page_number": 1, "image": "page_0001.png", "hash": "", "bytes": 0, "width": 1000, "height": 1600,
        "resolution": { "dpi": 300.0, "estimated": false }, "origin": { "file": "page_0001.png" } }"#;
    std::fs::write(book.join("source/page_0001.json"), image).unwrap();
    shelf.ok(["process", "book", "--stages", "merged,structure", "--quiet"]);
    shelf
}

fn answered(shelf: &Shelf, arguments: &[&str], answers: &str) -> String {
    let mut command = shelf.command(["review", "book", "--by", "anna"].iter().chain(arguments));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let library = shelf.library().canonicalize().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    format!("{}exit {}", text.replace(&library.display().to_string(), "LIBRARY"), output.status.code().unwrap())
}

fn text(shelf: &Shelf, page: u32) -> Value {
    shelf.json(&format!("book/merged/page_{page:04}.json"))["blocks"][0]["paragraphs"][0]["text"].clone()
}

#[test]
fn doubtful_corrections_and_flagged_pages_are_decided_and_not_asked_again() {
    let shelf = with_proposals();
    assert_snapshot!(answered(&shelf, &["--next"], "s\n"), @r#"
    1 of 4: 2/1/1, not a known misreading
      To [tbe end. → the end.]
    accept (a), reject (r), type (t WORDS), edit the page (e), skip (s), quit (q)? s
    book: 4 items to decide
    exit 0
    "#);
    assert_snapshot!(answered(&shelf, &[], "a\nt modernised\nx\nr\na\n"), @r#"
    1 of 4: 2/1/1, not a known misreading
      To [tbe end. → the end.]
    accept (a), reject (r), type (t WORDS), edit the page (e), skip (s), quit (q)? a
    2 of 4: 1/1/1, both are words
      The [modem → modern] ship of 1892
      scan: LIBRARY/book/source/page_0001.png, 220 × 20 px at 100, 100
    accept (a), reject (r), type (t WORDS), edit the page (e), skip (s), quit (q)? t modernised
    3 of 4: 1/1/1, changes a number
      The modernised ship of [1892 → 1982]
      scan: LIBRARY/book/source/page_0001.png, 220 × 20 px at 100, 100
    accept (a), reject (r), type (t WORDS), edit the page (e), skip (s), quit (q)? x
      unknown answer "x"
    3 of 4: 1/1/1, changes a number
      The modernised ship of [1892 → 1982]
      scan: LIBRARY/book/source/page_0001.png, 220 × 20 px at 100, 100
    accept (a), reject (r), type (t WORDS), edit the page (e), skip (s), quit (q)? r
    4 of 4: page 2, flagged by merged (unlabelled_blocks)
    right as it is (a), edit the page (e), skip (s), quit (q)? a
    book: saved 4 edits
      2/1/1: "To tbe end." → "To the end."
      1/1/1: "The modem ship …" → "The modernised ship …"
      1/1/1: keeps "1892", not "1982"
      2: checked; flagged by merged: unlabelled_blocks
    book: nothing left to decide
    made again: merged pages 1-2
    stale now: structure; next: `shelf process book`
    exit 0
    "#);
    assert_eq!((text(&shelf, 1), text(&shelf, 2)), (json!("The modernised ship of 1892"), json!("To the end.")));
    assert_snapshot!(answered(&shelf, &[], ""), @r#"
    book: nothing left to decide
    exit 0
    "#);
    // A decision can be taken back.
    shelf.ok(["edit", "book", "--undo", "1", "--quiet"]);
    let left: Value = serde_json::from_str(&shelf.ok(["review", "book", "--json"])).unwrap();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["read"], &left[0]["word"]), (1, &json!("1892"), &json!(4)));
}

#[test]
fn an_end_of_the_answers_ends_the_review_and_keeps_what_was_decided() {
    let shelf = with_proposals();
    assert!(answered(&shelf, &[], "a\n").contains("\nbook: 3 items to decide\n"));
    assert_eq!((text(&shelf, 1), text(&shelf, 2)), (json!("The modem ship of 1892"), json!("To the end.")));
}
