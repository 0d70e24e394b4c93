//! What a stage author asks of the command line: a stage explained, a page tried.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use shelf_tests::{Ended, Shelf};

/// The command with an author's stages, on a library with a book of four pages.
fn shelf() -> Shelf {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_authors-shelf"));
    let book = shelf.library().join("book");
    fs::create_dir(&book).unwrap();
    fs::write(book.join("metadata.json"), r#"{ "title": "A Book", "total_pages": 5 }"#).unwrap();
    shelf
}

fn shown(ended: &Ended) -> String {
    let steady = |line: &str| match (line.split_once(" in "), line.split_once("\"made\": ")) {
        (Some((before, after)), _) if after.ends_with("; nothing was written") => {
            format!("{before} in TIME; nothing was written")
        }
        (_, Some((before, _))) => format!("{before}\"made\": NOW"),
        _ => line.to_owned(),
    };
    let text = format!("{}{}", ended.out, ended.err);
    let text: Vec<String> = text.lines().map(steady).collect();
    format!("{}\nexit {}", text.join("\n"), ended.code.map_or("by a signal".to_owned(), |code| code.to_string()))
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

#[test]
fn status_counts_book_stages() {
    let shelf = shelf();
    shelf.run(["process", "book", "--pages", "1-2"]);
    let digest = || shelf.ok(["status", "book"]).lines().find(|line| line.starts_with("digest")).map(ToOwned::to_owned);
    assert_eq!(digest().as_deref(), Some("digest      ·           1      ·       ·        ·      ·"));
    fs::write(shelf.library().join("book/digest/book.json"), "{").unwrap();
    assert_eq!(digest().as_deref(), Some("digest      ·           ·      1       ·        ·      ·"));
}

#[test]
fn status_uses_the_options_that_process_would_use() {
    let shelf = shelf();
    shelf.run(["process", "book", "--pages", "1-2", "--counted-words", "12"]);
    let counted = |command: &mut std::process::Command| {
        let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
        out.lines().find(|line| line.starts_with("counted")).map(ToOwned::to_owned).unwrap()
    };
    let status = || shelf.command(["status", "book"]);
    assert_eq!(counted(&mut status()), "counted     ·           ·      2       ·        ·      3");
    assert_eq!(
        counted(status().env("SHELF_COUNTED_WORDS", "12")),
        "counted     2           ·      ·       ·        ·      3"
    );
    fs::write(shelf.library().join("shelf.toml"), "[counted]\nwords = 12\n").unwrap();
    assert_eq!(counted(&mut status()), "counted     2           ·      ·       ·        ·      3");
}

#[test]
fn a_stage_explains_itself() {
    assert_snapshot!(shelf().ok(["stages", "--explain", "counted"]), @r"
    counted: Counts the words of every page.

    Page 3 is smudged, and page 4 too much for it.

    defined in  tests/src/bin/authors-shelf.rs:75 of shelf-tests
    version     1
    runs on     fixed(2): threads, 2 pages at a time
    made from   no other stage
    reads       nothing else
    goes into   around; digest
    run with    shelf process BOOK --stage counted

    Options of `process`, `plan` and `try`
    OPTION               DEFAULT  WHAT IT DOES
    --counted-words <N>  10       Words that stand in a line
    --counted-keep       false    Leave a file beside the page

    Output: counted/page_NNNN.json
    FIELD          TYPE                 RANGE       DESCRIPTION
    page_number    integer              1..         The scan's number.
    lines          list                 ..=9 items  The words, a list a line.
    lines[].words  integer              0..=99      Words in it.
    note           text, optional                   What was odd about it.
    made           date-time, optional              When it was counted.

    Metrics, and the columns of report.csv
    METRIC        TYPE              UNIT  RANGE  COLUMN   FLAGGED              DESCRIPTION
    words         whole number                   words    below 20, above 900  Words on the page.
    covered_part  number, optional        0..=1  covered                       The part of the page that is covered.
    counter       text                           -                             The counter that was used.
    ");
}

#[test]
fn windows_and_book_stages_are_explained() {
    let shelf = shelf();
    assert_snapshot!(shelf.ok(["stages", "--explain", "around"]), @r"
    around: Looks at what stands around a page.

    defined in  tests/src/bin/authors-shelf.rs:100 of shelf-tests
    version     2
    runs on     io: tokio, 30 pages at a time
    made from   counted: the same page and 2 on either side
    reads       the book's metadata
    goes into   digest
    run with    shelf process BOOK --stage around

    Output: around/page_NNNN.json
    FIELD  TYPE     RANGE  DESCRIPTION
    lines  integer         Words of the pages before and after.

    No metrics
    ");
    assert_snapshot!(shelf.ok(["stages", "--explain", "digest"]), @r"
    digest: Puts the pages together.

    defined in  tests/src/bin/authors-shelf.rs:115 of shelf-tests
    version     1
    runs on     cpu: threads, one page per core; once per book, when its pages are finished
    made from   counted: all pages; around: all pages
    reads       nothing else
    goes into   no other stage
    run with    shelf process BOOK --stage digest

    Output: digest/book.json
    FIELD  TYPE     RANGE  DESCRIPTION
    lines  integer         Lines of all pages.

    No metrics
    ");
}

#[test]
fn a_stage_explains_itself_to_programs() {
    let explained: serde_json::Value =
        serde_json::from_str(&shelf().ok(["stages", "--explain", "counted", "--json"])).unwrap();
    assert_eq!(explained["goes_into"], serde_json::json!(["around", "digest"]));
    assert_eq!(explained["options"][0]["flag"], "--counted-words <N>");
    assert_eq!(explained["defaults"]["words"], 10);
    assert_eq!(explained["metrics"][1]["range"], serde_json::json!([0.0, 1.0]));
    assert_eq!(explained["schema"]["properties"]["lines"]["maxItems"], 9);
}

#[test]
fn the_schema_of_an_output_is_printed() {
    let shelf = shelf();
    assert_snapshot!(shelf.ok(["stages", "--schema", "around"]), @r#"
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Around",
      "description": "How many words stand around a page.",
      "type": "object",
      "properties": {
        "lines": {
          "description": "Words of the pages before and after.",
          "type": "integer",
          "format": "uint",
          "minimum": 0
        }
      },
      "required": [
        "lines"
      ]
    }
    "#);
    assert_eq!(shelf.ok(["stages", "--explain", "around", "--schema"]), shelf.ok(["stages", "--schema", "around"]));
    assert_snapshot!(shown(&shelf.run(["stages", "--schema"])), @r"
    error: `--schema` needs a stage
    hint: name one: `shelf stages --schema ocr`
    exit 2
    ");
}

#[test]
fn a_page_is_tried_and_nothing_is_written() {
    let shelf = shelf();
    let before = files(shelf.library());
    assert_snapshot!(shown(&shelf.run(["try", "book", "--stage", "counted", "--page", "1"])), @r#"
    {
      "page_number": 1,
      "lines": [
        {
          "words": 10
        },
        {
          "words": 10
        }
      ],
      "note": null,
      "made": NOW
    }

    Metrics
      words         20
      covered_part  0.5
      counter       "fingers"

    Compared with the page in the library
      not there yet
    warn: counting, page=1
    counted page 1 of book in TIME; nothing was written
    exit 0
    "#);
    assert_eq!(files(shelf.library()), before);
}

#[test]
fn try_lists_differences_from_the_stored_page() {
    let shelf = shelf();
    shelf.ok(["process", "book", "--stage", "counted", "--pages", "1-2", "--counted-keep"]);
    let before = files(shelf.library());
    let again = shelf.ok(["try", "book", "--stage", "counted", "--page", "1", "--counted-keep"]);
    assert_snapshot!(again.split_once("\nFiles").unwrap().1, @r"
      counted/page_0001_words.txt  2 bytes, unchanged

    Compared with the page in the library
      no difference
    ");
    let other = ["try", "book", "--stage", "counted", "--page", "1", "--counted-keep", "--counted-words", "12"];
    assert_snapshot!(shelf.ok(other).split_once("\nFiles").unwrap().1, @r"
      counted/page_0001_words.txt  2 bytes, changed

    Compared with the page in the library
      stale: words 10 → 12
      lines[0].words: 10 → 12
      lines[1].words: 10 → 12
      metric words: 20 → 24
    ");
    fs::write(shelf.library().join("book/counted/page_0002.json"), "{").unwrap();
    let damaged = shelf.ok(["try", "book", "--stage", "counted", "--page", "2"]);
    assert_snapshot!(damaged.split_once("\nCompared with").unwrap().1, @r"
    the page in the library
     its file is not valid JSON: EOF while parsing an object at line 1 column 1
    ");
    assert_eq!(files(shelf.library()), before);
}

#[test]
fn try_prints_the_same_facts_as_json() {
    let shelf = shelf();
    shelf.ok(["process", "book", "--stage", "counted", "--pages", "1"]);
    let with = ["try", "book", "--stage", "counted", "--page", "1", "--json", "--counted-words", "12"];
    let tried: serde_json::Value = serde_json::from_str(&shelf.ok(with)).unwrap();
    assert_eq!(tried["output"]["lines"][1]["words"], 12);
    assert_eq!(tried["metrics"]["counter"], "fingers");
    let expected = serde_json::json!([
        { "path": "lines[0].words", "stored": 10, "now": 12 },
        { "path": "lines[1].words", "stored": 10, "now": 12 },
    ]);
    assert_eq!(tried["stored"]["output"], expected);
    assert_eq!(tried["stored"]["stale"], serde_json::json!(["words 10 → 12"]));
}

#[test]
fn try_shows_causes_hint_and_backtrace_of_a_failure() {
    let shelf = shelf();
    assert_snapshot!(shown(&shelf.run(["try", "book", "--stage", "counted", "--page", "3"])), @r"
    warn: counting, page=3
    error: counted page 3 failed: the page is smudged
      caused by: invalid digit found in string
    hint: wash it
    exit 3
    ");
    let panicked = shelf.run(["try", "book", "--stage", "counted", "--page", "4"]);
    let (first, backtrace) = panicked.err.split_once(": no fingers left\n").unwrap();
    assert!(first.contains("error: counted page 4 failed: panicked at tests/src/bin/authors-shelf.rs:"), "{first}");
    assert!(backtrace.contains("authors_shelf::counted"), "{backtrace}");
    assert_eq!(panicked.code, Some(3));
    let too_many = ["try", "book", "--stage", "counted", "--page", "1", "--counted-words", "100"];
    assert_snapshot!(shown(&shelf.run(too_many)), @r"
    warn: counting, page=1
    error: counted page 1 failed: the output does not match its schema: lines[0].words is 100: greater than 99
    exit 3
    ");
}

#[test]
fn a_page_that_cannot_be_tried_says_why() {
    let shelf = shelf();
    for (arguments, expected) in [
        (&["around", "--page", "1"][..], "around page 1 cannot be made: counted page 1 is not made"),
        (&["counted", "--page", "9"], "page 9 is out of range (the book has 5)"),
        (&["counted"], "stage `counted` runs once per page, but no page is given"),
        (&["digest", "--page", "1"], "stage `digest` runs once per book and makes no page 1"),
        (&["digest"], "digest cannot be made: "),
    ] {
        let ended = shelf.run([&["try", "book", "--stage"], arguments].concat());
        assert!(ended.err.starts_with(&format!("error: {expected}")), "{ended:?}");
        assert!(ended.out.is_empty() && ended.code != Some(0), "{ended:?}");
    }
    assert_snapshot!(shown(&shelf.run(["try", "other", "--stage", "counted", "--page", "1"])), @r"
    error: there is no book `other` in the library
    hint: `shelf list` shows the books
    exit 4
    ");
}

#[test]
fn async_stages_and_books_are_tried_too() {
    let shelf = shelf();
    shelf.ok(["process", "book", "--stages", "counted,around", "--pages", "1-2"]);
    let around = shelf.ok(["try", "book", "--stage", "around", "--page", "1"]);
    assert!(around.starts_with("{\n  \"lines\": 3\n}\n") && around.contains("  no difference\n"), "{around}");
    let digest = shelf.ok(["try", "book", "--stage", "digest"]);
    assert!(digest.starts_with("{\n  \"lines\": 7\n}\n"), "{digest}");
}

#[test]
fn the_help_of_process_has_the_options_of_every_stage_under_a_heading_of_its_own() {
    let help = Shelf::new(env!("CARGO_BIN_EXE_authors-shelf")).ok(["process", "--help"]);
    let (_, options) = help.split_once("Options of the `counted` stage:").expect("a heading");
    for said in [
        "--counted-words <N>",
        "Words that stand in a line",
        "[default: 10]",
        "[env: SHELF_COUNTED_WORDS]",
        "--counted-keep",
    ] {
        assert!(options.contains(said), "{said} is not in:\n{options}");
    }
}
