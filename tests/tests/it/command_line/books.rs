//! A book from `add` to `delete`: its library, its scans, its metadata.

use std::path::Path;

use insta::assert_snapshot;

use super::{blank, shelf, shown, steady, with_book, with_processed_book};

#[test]
fn timings_of_a_run_are_drawn_in_one_file() {
    let (shelf, scans) = with_book();
    let file = scans.path().join("times.html");
    let drawn =
        ["process", "book", "--stage", "ocr", "--timings"].map(AsRef::as_ref).into_iter().chain([file.as_os_str()]);
    let ended = shelf.run(drawn);
    assert!(ended.code == Some(0) && ended.err.contains(&format!("timings: {}", file.display())), "{ended:?}");
    let page = std::fs::read_to_string(&file).unwrap();
    let data = page.split_once("const data = ").and_then(|(_, rest)| rest.split_once(";\n")).unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!((&data["books"], &data["stages"]), (&serde_json::json!(["book"]), &serde_json::json!(["ocr"])));
    let attempts = data["attempts"].as_array().unwrap();
    assert!(attempts.len() == 3 && attempts.iter().all(|attempt| attempt["outcome"] == "made"), "{attempts:?}");
    let missing = shelf.run(["process", "book", "--timings", "/no/such/folder/times.html"]);
    assert_eq!(missing.code, Some(4), "{missing:?}");
}

#[test]
fn a_book_is_added_processed_shown_and_removed() {
    let (shelf, _scans) = with_book();
    assert_snapshot!(steady(&shown(&shelf.run(["process", "book", "--stage", "ocr"]))), @r"
    book: ocr: 3 pages: 3 made
    3 pages, 1 stage, TIME
    exit 0
    ");
    assert_snapshot!(shelf.ok(["process", "book", "--quiet"]), @r"
    book: ocr: nothing to do, 3 up to date
    book: catalogue: 1 book: 1 made
    book: transcribed: 3 pages: 3 made
    book: vocabulary: 1 book: 1 made
    book: corrected: 3 pages: 3 made
    book: pagination: 1 book: 1 made
    book: labels: 3 pages: 3 made
    book: merged: 3 pages: 3 made
    book: structure: 1 book: 1 made
    ");
    assert_snapshot!(shown(&shelf.run(["process", "book"])), @r"
    book: nothing to do (3 pages, 9 stages up to date)
    exit 0
    ");
    assert_snapshot!(shelf.ok(["status", "book"]), @r"
    book: A Book, 3 pages
    STAGE        DONE  STALE  FAILED  BLOCKED  TO DO
    ocr             3      ·       ·        ·      ·
    catalogue       1      ·       ·        ·      ·
    transcribed     3      ·       ·        ·      ·
    vocabulary      1      ·       ·        ·      ·
    corrected       3      ·       ·        ·      ·
    pagination      1      ·       ·        ·      ·
    labels          3      ·       ·        ·      ·
    merged          3      ·       ·        ·      ·
    structure       1      ·       ·        ·      ·
    ");
    assert_snapshot!(shelf.ok(["plan", "book", "--stage", "ocr", "--psm", "6"]), @r"
    book: ocr: 3 pages to make, 0 up to date
      1-3: psm 3 → 6
    ");
    assert_snapshot!(shelf.ok(["list"]), @r"
    BOOK  TITLE   PAGES  OCR  CATALOGUE  TRANSCRIBED  VOCABULARY  CORRECTED  PAGINATION  LABELS  MERGED  STRUCTURE
    book  A Book      3    3          1            3           1          3           1       3       3          1
    ");
    assert_snapshot!(shown(&shelf.run(["eval", "book", "--truth", "truth", "--stage", "pagination"])), @r"
    error: the pages of `pagination` have no text
    hint: stages with a text: ocr, corrected, merged
    exit 4
    ");
    let text = shelf.ok(["show", "book", "--page", "2", "--raw"]);
    assert!(text.contains("shelf") || text.len() > 500, "{text}");
}

#[test]
fn a_page_that_is_changed_is_found_and_made_again() {
    let (shelf, _scans) = with_book();
    shelf.ok(["process", "book", "--stage", "ocr", "--quiet"]);
    assert_snapshot!(shelf.ok(["verify", "book"]), @"book: checked 3 records and 7 files; no errors");
    let page = shelf.library().join("book/ocr/page_0002.json");
    let text = std::fs::read_to_string(&page).unwrap();
    std::fs::write(&page, &text[..text.len() - 10]).unwrap();
    flip_last_byte(&shelf.library().join("book/source/page_0003.png"));
    let ended = shelf.run(["verify", "book"]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.out.contains("book/ocr/page_0002.json: is not valid JSON"), "{}", ended.out);
    assert!(ended.out.contains("book/source/page_0003.png: differs from the scan that was added"), "{}", ended.out);
    assert_snapshot!(ended.err, @r"
    hint: `shelf process book` makes damaged pages again
    hint: `shelf page book replace 3 FILE` replaces a damaged scan
    ");
    assert_snapshot!(shelf.run(["plan", "book", "--stage", "ocr"]).out.lines().filter(|line| !line.contains("is not valid JSON")).collect::<Vec<_>>().join("\n"), @r"
    book: ocr: 2 pages to make, 1 up to date
      3: the scan changed
    ");
}

fn flip_last_byte(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn a_library_of_the_original_tool_opens_unchanged() {
    let shelf = shelf();
    let book = shelf.library().join("old");
    std::fs::create_dir_all(book.join("source")).unwrap();
    std::fs::create_dir_all(book.join("ocr")).unwrap();
    std::fs::write(book.join("metadata.json"), r#"{"title": "Old", "total_pages": 2, "genre": "novel"}"#).unwrap();
    blank().save(book.join("source/page_0001.png")).unwrap();
    blank().save(book.join("source/page_0002.png")).unwrap();
    let page = r#"{"page_number": 1, "page_dimensions": {"width": 900, "height": 1200}, "ocr_timestamp": "2025-10-01T10:00:00",
        "blocks": [{"block_num": 1, "bbox": [10, 10, 100, 20],
            "paragraphs": [{"par_num": 0, "bbox": [10, 10, 100, 20], "text": "Old words.", "avg_confidence": 0.9}]}], "images": []}"#;
    std::fs::write(book.join("ocr/page_0001.json"), page).unwrap();
    assert_snapshot!(shelf.run(["process", "old", "--stage", "ocr", "--quiet"]).out, @"old: ocr: 2 pages: 1 made, 1 up to date");
    assert_eq!(std::fs::read_to_string(book.join("ocr/page_0001.json")).unwrap(), page, "it is not touched");
    assert_eq!(shelf.json("old/source/page_0002.json")["width"], 900, "what was not known of a scan is noted");
}

#[test]
fn scans_are_edited_and_metadata_are_set() {
    let (shelf, scans) = with_processed_book();
    let said = |arguments: &[&str]| steady(&shown(&shelf.run(arguments)));
    let dropped = said(&["page", "book", "drop", "1"]);
    assert!(dropped.starts_with("book: removed page 1; 2 pages renumbered; now 2 pages\n"), "{dropped}");
    assert!(dropped.contains("kept the old scan: LIBRARY/book/removed/page_0001_20"), "{dropped}");
    let leaf = scans.join("page_0001.png");
    let inserted = shelf.ok(["page".as_ref(), "book".as_ref(), "insert".as_ref(), "3".as_ref(), leaf.as_os_str()]);
    assert_eq!(inserted, "book: inserted page 3; now 3 pages\n");
    assert_snapshot!(shelf.ok(["plan", "book", "--stage", "ocr"]), @r"
    book: ocr: 1 page to make, 2 up to date
      3: not made yet
    ");
    assert_snapshot!(said(&["page", "book", "rotate", "4", "90"]), @r"
    error: page 4 is out of range (`book` has 3 pages)
    exit 4
    ");
    assert_snapshot!(said(&["set", "book", "title=Another Book", "year=1892"]), @r"
    book: title Another Book
    book: year 1892
    exit 0
    ");
    let unread = said(&["set", "book", "language=tlh"]);
    assert!(unread.contains("language data for `tlh` is not installed") && unread.contains("hunspell-tlh"), "{unread}");
    assert!(!said(&["show", "book"]).contains("registered"), "what the file says from the start tells nothing");
    assert!(said(&["set", "book", "titel=x"]).contains("unknown field `titel`; the fields are title, author"));
    assert_eq!(shelf.json("book/metadata.json")["year"], 1892);
}

#[test]
fn a_library_is_made_by_add_and_by_nothing_else() {
    let shelf = shelf();
    let missing = shelf.library().join("new");
    let run = |arguments: &[&str]| {
        let mut command = shelf.command(arguments);
        let output = command.env("SHELF_LIBRARY", &missing).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run(&["list"]);
    assert!(code == Some(4) && said.contains("/new does not exist\nhint: check `--library`"), "{said}");
    assert_eq!(run(&["stages"]).0, Some(0), "what needs no book needs no library");
    assert!(!missing.exists());
    let scan = shelf.library().join("scan.png");
    blank().save(&scan).unwrap();
    let (code, said) = run(&["add", scan.to_str().unwrap(), "--id", "book"]);
    assert!(code == Some(0) && said.contains("created the library") && missing.join("book").is_dir(), "{said}");
    assert!(said.contains("no language given: assuming English (`shelf set book language=de`"), "{said}");
}

#[test]
fn a_folder_is_added_again_for_what_is_new() {
    let shelf = shelf();
    let inbox = tempfile::tempdir().unwrap();
    let add = || shown(&shelf.run(["add".as_ref(), "--each".as_ref(), inbox.path().as_os_str()]));
    for book in ["one", "two"] {
        std::fs::create_dir(inbox.path().join(book)).unwrap();
        blank().save(inbox.path().join(book).join("page_0001.png")).unwrap();
    }
    std::fs::write(inbox.path().join("two/notes.txt"), "notes").unwrap();
    std::fs::write(inbox.path().join("prices.csv"), "1,2").unwrap();
    assert_snapshot!(add(), @r"
    one: One, 1 page
    two: Two, 1 page
      skipped 1 file that is not a scan: notes.txt
    added 2 books
    skipped 1 file that is not a book: prices.csv
    no language given: assuming English (`shelf set one language=de` changes it)
    next: `shelf process --all`
    exit 0
    ");
    std::fs::create_dir(inbox.path().join("three")).unwrap();
    blank().save(inbox.path().join("three/page_0001.png")).unwrap();
    assert_snapshot!(add(), @r"
    three: Three, 1 page
    added 1 book, 2 already in the library
    skipped 1 file that is not a book: prices.csv
    no language given: assuming English (`shelf set three language=de` changes it)
    next: `shelf process three`
    exit 0
    ");
    assert!(add().starts_with("added 0 books, 3 already in the library\n"));
}
