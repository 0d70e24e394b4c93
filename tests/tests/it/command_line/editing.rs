//! `shelf edit`.

use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::{Value, json};
use shelf_pages::testing::TestPage;
use shelf_tests::Shelf;

use super::{shelf, shown, steady};

/// A library with a book of two merged pages, without scans.
fn with_pages() -> Shelf {
    let shelf = shelf();
    let book = shelf.library().join("book");
    for folder in ["ocr", "corrected", "labels"] {
        std::fs::create_dir_all(book.join(folder)).unwrap();
    }
    std::fs::write(book.join("metadata.json"), r#"{"title": "A Book", "total_pages": 2, "language": ["en"]}"#).unwrap();
    for (number, text) in (1..).zip(["The modem ship\n\n* A note.", "The end."]) {
        let page = TestPage::new(text).number(number);
        let write = |stage: &str, value: Value| {
            std::fs::write(book.join(format!("{stage}/page_{number:04}.json")), value.to_string()).unwrap();
        };
        write("ocr", serde_json::to_value(page.ocr()).unwrap());
        write("corrected", serde_json::to_value(page.corrected()).unwrap());
        write("labels", serde_json::to_value(page.labels()).unwrap());
    }
    shelf.ok(["process", "book", "--stages", "merged,structure", "--quiet"]);
    shelf
}

fn said(shelf: &Shelf, arguments: &[&str]) -> String {
    let ended = shown(&shelf.run(arguments));
    // Ids and times of edits differ.
    let masked = ended.lines().map(|line| match (line.find(", 20"), line.split_once("; id ")) {
        (Some(time), Some((before, _))) => {
            format!("{}TIME{}; id ID", &before[..time + 2], &before[time + 2 + "2026-11-28 16:00".len()..])
        }
        _ => line.to_owned(),
    });
    masked.collect::<Vec<_>>().join("\n")
}

fn text(shelf: &Shelf, page: u32, block: usize) -> Value {
    shelf.json(&format!("book/merged/page_{page:04}.json"))["blocks"][block]["paragraphs"][0]["text"].clone()
}

#[test]
fn edits_from_the_command_line_are_applied_listed_and_undone() {
    let shelf = with_pages();
    let by = ["--by", "anna", "--why", "as printed"];
    let set: Vec<&str> =
        ["edit", "book", "--set", "1/1/1=The modern ship", "--label", "1/2=FOOTNOTE", "--page-number", "2=ix"]
            .into_iter()
            .chain(by)
            .collect();
    assert_snapshot!(said(&shelf, &set), @r#"
    book: saved 3 edits
      1/1/1: "The modem ship" → "The modern ship"
      1/2: label BODY → FOOTNOTE
      2: page number (none) → ix
    made again: merged pages 1-2
    stale now: structure; next: `shelf process book`
    exit 0
    "#);
    assert_eq!((text(&shelf, 1, 0), text(&shelf, 2, 0)), (json!("The modern ship"), json!("The end.")));
    assert_snapshot!(said(&shelf, &["edit", "book", "--list"]), @r#"
    1/1/1: "The modem ship" → "The modern ship"
        anna, TIME: as printed; id ID
    1/2: label BODY → FOOTNOTE
        anna, TIME: as printed; id ID
    2: page number (none) → ix
        anna, TIME: as printed; id ID
    exit 0
    "#);
    shelf.ok(["process", "book", "--stages", "merged,structure", "--quiet"]);
    assert_snapshot!(said(&shelf, &set), @r"
    book: nothing changed
    exit 0
    ");
    assert_snapshot!(said(&shelf, &["edit", "book", "--undo", "1/1/1"]), @r#"
    book: removed 1 edit
      1/1/1: "The modem ship" → "The modern ship"
    made again: merged pages 1-2
    stale now: structure; next: `shelf process book`
    exit 0
    "#);
    assert_eq!(text(&shelf, 1, 0), "The modem ship");
    assert_snapshot!(said(&shelf, &["edit", "book", "--undo", "1/1/1"]), @r"
    error: paragraph 1/1/1 of `book` has not been edited
    hint: `shelf edit book --list` shows the edits
    exit 4
    ");
}

#[test]
fn what_is_wrong_with_an_edit_is_said_and_nothing_is_saved() {
    let shelf = with_pages();
    assert_snapshot!(said(&shelf, &["edit", "book", "--set", "1/1/1=x", "--set", "1/9/1=x"]), @r"
    error: page 1: the page has no block 9; its blocks are 1, 2
    exit 4
    ");
    assert_snapshot!(said(&shelf, &["edit", "book", "--set", "3/1/1=x"]), @r"
    error: page 3 is out of range (the book has 2)
    exit 4
    ");
    assert_snapshot!(said(&shelf, &["edit", "book", "--set", "1/1/1= "]), @r"
    error: page 1: the text of 1/1 is empty; to leave it out of the book, delete the paragraph
    exit 4
    ");
    assert_snapshot!(said(&shelf, &["edit", "book", "--label", "1/1=NOTE"]), @r#"
    error: invalid value '1/1=NOTE' for '--label <PAGE/BLOCK=LABEL>': unknown label "NOTE"; the labels are TITLE_PAGE, COPYRIGHT, DEDICATION, TABLE_OF_CONTENTS, PREFACE, FOREWORD, INTRODUCTION, CHAPTER_HEADING, SECTION_HEADING, BODY, QUOTE, EPIGRAPH, FOOTNOTE, ENDNOTES, BIBLIOGRAPHY, REFERENCES, INDEX, EPILOGUE, APPENDIX, GLOSSARY, ACKNOWLEDGMENTS, HEADER, FOOTER, PAGE_NUMBER, ILLUSTRATION_CAPTION, CAPTION, TABLE, MAP_LABEL, DIAGRAM_LABEL, PHOTO_CREDIT, OCR_ARTIFACT, OTHER

    For more information, try '--help'.
    exit 2
    "#);
    assert_snapshot!(said(&shelf, &["edit", "book"]), @r"
    error: nothing to edit: name a page, or use an option such as `--set` or `--label`
    hint: see `shelf edit --help`
    exit 2
    ");
    assert!(!shelf.library().join("book/edits").exists());
}

#[test]
fn paragraphs_are_split_joined_and_deleted_from_the_command_line() {
    let shelf = with_pages();
    let edit = ["edit", "book", "--split", "1/1=…The modem|ship…", "--delete", "1/2", "--join", "2/1", "--by", "anna"];
    assert_snapshot!(said(&shelf, &edit), @r#"
    book: saved 3 edits
      1/1/1: split: "The modem" | "ship"
      2/1/1: joined "The end." with the page before
      1/2/1: deleted "* A note."
    made again: merged pages 1-2
    stale now: structure; next: `shelf process book`
    exit 0
    "#);
    assert_snapshot!(said(&shelf, &["edit", "book", "--list"]), @r#"
    1/1/1: split: "The modem" | "ship"
        anna, TIME; id ID
    1/2/1: deleted "* A note."
        anna, TIME; id ID
    2/1/1: joined "The end." with the page before
        anna, TIME; id ID
    exit 0
    "#);
    assert_eq!(shelf.json("book/merged/page_0001.json")["blocks"][0]["paragraphs"][1]["text"], json!("ship"));
    shelf.ok(["process", "book", "--stages", "merged,structure", "--quiet"]);
    assert_snapshot!(said(&shelf, &["show", "book"]), @r"
    title          A Book
    language       en
    total pages    2

    — page 1 —

    The modem

    ship The end.
    exit 0
    ");
    assert_snapshot!(said(&shelf, &["diff", "book", "1"]), @r"
    book page 1: ocr → merged: 1 change

    The modem
    ship
    [-* A note.-]
    exit 0
    ");
    let why = said(&shelf, &["why", "book", "1", "--stage", "merged"]);
    assert!(why.contains("edit by anna: 1/1/1: split: \"The modem\" | \"ship\"\n"), "{why}");
    assert_snapshot!(said(&shelf, &["export", "book", "--format", "txt", "-o", "-"]), @r"
    The modem

    ship The end.
    exit 0
    ");
    assert_snapshot!(said(&shelf, &["edit", "book", "--undo", "1/1/1"]), @r#"
    book: removed 1 edit
      1/1/1: split: "The modem" | "ship"
    made again: merged pages 1-2
    stale now: structure; next: `shelf process book`
    exit 0
    "#);
    assert_snapshot!(said(&shelf, &["edit", "book", "--split", "1/1=The|modern"]), @r#"
    error: page 1: 1/1 has "The modern" nowhere; expected once; it reads "The modem ship"
    exit 4
    "#);
    assert_snapshot!(said(&shelf, &["edit", "book", "--split", "1/1=The modem"]), @r"
    error: invalid value '1/1=The modem' for '--split <PAGE/BLOCK/PARAGRAPH=BEFORE|AFTER>': expected PAGE/BLOCK/PARAGRAPH=BEFORE|AFTER, such as `15/2/1=the end.|The next`

    For more information, try '--help'.
    exit 2
    ");
}

#[test]
fn a_conflict_is_listed_and_flags_the_page() {
    let shelf = with_pages();
    shelf.ok(["edit", "book", "--set", "1/1/1=The modern ship", "--by", "anna", "--quiet"]);
    let ocr = shelf.library().join("book/ocr/page_0001.json");
    let changed = std::fs::read_to_string(&ocr).unwrap().replace("modem ship", "modem shop");
    std::fs::write(&ocr, changed).unwrap();
    let processed = shown(&shelf.run(["process", "book", "--stage", "merged"]));
    assert!(processed.contains("shelf report book --stage merged --flagged"), "{processed}");
    assert_eq!(text(&shelf, 1, 0), "The modem shop");
    assert_snapshot!(said(&shelf, &["edit", "book", "--list"]), @r#"
    1/1/1: "The modem ship" → "The modern ship"
        anna, TIME; id ID
        CONFLICT: paragraph 1/1 now reads "The modem shop"
    1 edit in conflict: edit the text again, then remove the old edit with `shelf edit book --undo ID`
    exit 0
    "#);
    let listed: Value = serde_json::from_str(&shelf.ok(["edit", "book", "--list", "--json"])).unwrap();
    assert_eq!(
        (&listed[0]["state"], &listed[0]["page"], &listed[0]["by"]),
        (&json!("conflict"), &json!(1), &json!("anna"))
    );
}

/// Runs `shelf edit book` with an editor that applies a `sed` script to the file.
fn with_editor(shelf: &Shelf, script: &str, arguments: &[&str]) -> String {
    let mut command = shelf.command(["edit", "book"].iter().chain(arguments));
    command.env("EDITOR", format!("sed -i -e '{script}'")).env("USER", "anna");
    let output = command.output().unwrap();
    let library = shelf.library().canonicalize().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).unwrap().replace(&library.display().to_string(), "LIBRARY");
    format!("{text}exit {}", output.status.code().unwrap())
}

#[test]
fn a_page_is_changed_in_an_editor() {
    let shelf = with_pages();
    assert_snapshot!(with_editor(&shelf, "s/x/x/", &["1"]), @r"
    book: nothing changed
    exit 0
    ");
    assert_snapshot!(with_editor(&shelf, "s/BODY/BDOY/; s/modem/modern/", &["1"]), @r#"
    error: LIBRARY/book/edits/.draft_page_0001.txt, line 12: unknown label "BDOY"; the labels are TITLE_PAGE, COPYRIGHT, DEDICATION, TABLE_OF_CONTENTS, PREFACE, FOREWORD, INTRODUCTION, CHAPTER_HEADING, SECTION_HEADING, BODY, QUOTE, EPIGRAPH, FOOTNOTE, ENDNOTES, BIBLIOGRAPHY, REFERENCES, INDEX, EPILOGUE, APPENDIX, GLOSSARY, ACKNOWLEDGMENTS, HEADER, FOOTER, PAGE_NUMBER, ILLUSTRATION_CAPTION, CAPTION, TABLE, MAP_LABEL, DIAGRAM_LABEL, PHOTO_CREDIT, OCR_ARTIFACT, OTHER
    hint: nothing was saved; `shelf edit book 1` opens your text again
    exit 4
    "#);
    assert_eq!(text(&shelf, 1, 0), "The modem ship");
    assert_snapshot!(with_editor(&shelf, "s/BDOY/BODY/; s/^page number:/& ix/", &["1"]), @r#"
    book: saved 2 edits
      1: page number (none) → ix
      1/1/1: "The modem ship" → "The modern ship"
    opening your last text again, which had a mistake
    made again: merged pages 1-2
    stale now: structure; next: `shelf process book`
    exit 0
    "#);
    assert_eq!(text(&shelf, 1, 0), "The modern ship");
    let draft = std::fs::read_dir(shelf.library().join("book/edits")).unwrap();
    assert_eq!(draft.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')).count(), 0);
}

#[test]
fn paragraphs_are_split_and_deleted_in_an_editor() {
    let shelf = with_pages();
    assert_snapshot!(with_editor(&shelf, "s/The modem ship/The modern\\n\\nship/; s/2.1 BODY/& DELETE/", &["1"]), @r#"
    book: saved 3 edits
      1/1/1: "The modem ship" → "The modern ship"
      1/1/1: split: "The modern" | "ship"
      1/2/1: deleted "* A note."
    made again: merged pages 1-2
    stale now: structure; next: `shelf process book`
    exit 0
    "#);
    assert_eq!(text(&shelf, 1, 0), "The modern");
    assert_snapshot!(with_editor(&shelf, "s,\\[1/2\\],[1/2 JOIN],", &["1"]), @r#"
    book: saved 1 edit
      1/1/2: joined "ship" with "The modern"
    made again: merged pages 1-2
    stale now: structure; next: `shelf process book`
    exit 0
    "#);
}

#[test]
fn other_programs_send_edits_as_json() {
    let shelf = with_pages();
    let send = |edits: Value| -> (Option<i32>, String) {
        let mut command = shelf.command(["edit", "book", "--json"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(edits.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let edit = json!({ "page": 1, "block": 1, "paragraph": 1, "text": "The modern ship", "by": "spelling", "before": "The modem ship" });
    let (code, out) =
        send(json!([edit, { "page": 2, "page_number": null }, { "page": 1, "block": 2, "label": "FOOTNOTE" }]));
    let out: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, out["edits"].as_array().unwrap().len(), &out["made"]), (Some(0), 2, &json!([1, 2])));
    assert_eq!((&out["edits"][0]["by"], &out["stale"]), (&json!("spelling"), &json!(["structure"])));
    let (code, out) = send(edit);
    assert!(code == Some(4) && out.contains("the text of 1/1/1 is not the one that was edited"), "{out}");
    let (code, out) = send(json!([{ "page": 1, "block": 1 }]));
    assert!(code == Some(2) && out.contains("standard input is not a list of edits: edit 1: "), "{out}");
}

#[test]
fn what_was_changed_by_hand_is_adopted() {
    let shelf = with_pages();
    let file = shelf.library().join("book/merged/page_0001.json");
    let made = std::fs::read_to_string(&file).unwrap();
    let by_hand = made.replace("modem", "modern").replacen("\"BODY\"", "\"CHAPTER_HEADING\"", 1);
    std::fs::write(&file, &by_hand).unwrap();
    assert_snapshot!(steady(&shown(&shelf.run(["process", "book", "--stages", "merged,structure"]))), @r"
    book: merged: 2 pages: 1 up to date, 1 blocked
      page 1 blocked: merged page 1 was modified by hand
    book: structure: 1 book: 1 blocked
      book blocked: merged page 1 was modified by hand
    hint: `shelf edit book --adopt 1` keeps what was changed by hand; to discard it, delete the file
    exit 3
    ");
    assert_snapshot!(said(&shelf, &["plan", "book", "--stages", "merged"]), @r"
    book: merged: 0 pages to make, 1 up to date
      merged page 1 is blocked: merged page 1 was modified by hand
    hint: `shelf edit book --adopt 1` keeps what was changed by hand; to discard it, delete the file
    exit 0
    ");
    assert_snapshot!(said(&shelf, &["edit", "book", "--set", "1/1/1=x"]), @r"
    error: book/merged/page_0001.json was modified after it was written (hash mismatch)
    hint: keep what was changed by hand as edits: `shelf edit book --adopt 1`; to discard it, delete the file
    exit 4
    ");
    std::fs::write(&file, by_hand.replace("\"page_dimensions\":{\"width\":1000", "\"page_dimensions\":{\"width\":999"))
        .unwrap();
    assert_snapshot!(said(&shelf, &["edit", "book", "--adopt", "1"]), @r"
    error: book/merged/page_0001.json differs in fields that `--adopt` cannot keep; it keeps texts, labels and the page number:
      page_dimensions.width: 1000 → 999
    hint: undo these changes in the file; to discard all that was changed, delete it
    exit 4
    ");
    std::fs::write(&file, &by_hand).unwrap();
    assert_snapshot!(said(&shelf, &["edit", "book", "--adopt", "1"]), @r#"
    book: saved 2 edits
      1/1: label BODY → CHAPTER_HEADING
      1/1/1: "The modem ship" → "The modern ship"
    made again: merged pages 1-2
    stale now: structure; next: `shelf process book`
    exit 0
    "#);
    assert_eq!(text(&shelf, 1, 0), "The modern ship");
    assert_snapshot!(said(&shelf, &["edit", "book", "--adopt", "1"]), @r"
    book: nothing changed
    book/merged/page_0001.json was not modified by hand
    exit 0
    ");
    assert_snapshot!(shelf.ok(["process", "book", "--stages", "merged,structure", "--quiet"]), @r"
    book: merged: nothing to do, 2 up to date
    book: structure: 1 book: 1 made
    ");
}
