//! What a person reads: pages, tables, flags and summaries.

use insta::assert_snapshot;

use shelf_tests::page_of_text;

use super::{shelf, shown, with_book, with_processed_book};

#[test]
fn flagged_pages_are_named() {
    let shelf = shelf();
    let scans = tempfile::tempdir().unwrap();
    page_of_text().save(scans.path().join("page_0001.png")).unwrap();
    image::imageops::rotate180(page_of_text()).save(scans.path().join("page_0002.png")).unwrap();
    shelf.ok(["add".as_ref(), scans.path().as_os_str(), "--id".as_ref(), "book".as_ref()]);
    let flagged = "ocr flags page 2: `shelf report book --stage ocr --flagged`\n";
    let ended = shelf.run(["process", "book", "--stage", "ocr"]);
    assert!(ended.err.contains(flagged), "{ended:?}");
    assert!(shelf.ok(["status", "book"]).contains(flagged));
}

#[test]
fn a_book_is_read_and_pages_of_it() {
    let (shelf, _scans) = with_book();
    let unread = shelf.run(["show", "book"]);
    assert!(unread.out.starts_with("title          A Book\n") && unread.err.contains("no page has been read yet"));
    let (shelf, _) = with_processed_book();
    let text = shelf.ok(["show", "book"]);
    assert!(text.starts_with("title          A Book\n"), "the metadata comes first: {text}");
    assert!(text.contains("\n\n— page 1, no text —\n\n— page 2, printed iv —\n\n"), "{text}");
    assert!(text.contains("This little book was written to be misread. Its first readers are not"), "{text}");
    assert!(!text.contains("\niv\n"), "the page number is not part of the text: {text}");
    let page = shelf.ok(["show", "book", "--page", "2"]);
    assert!(page.starts_with("— page 2, printed iv —\n\n") && text.contains(page.trim_end()), "{page}");
    let mut narrow = shelf.command(["show", "book", "--page", "1-2"]);
    let output = narrow.env("COLUMNS", "40").output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    assert!(lines.lines().all(|line| line.chars().count() <= 40) && lines.lines().count() > 20, "{lines}");
    let json: serde_json::Value = serde_json::from_str(&shelf.ok(["show", "book", "--page", "2", "--json"])).unwrap();
    assert_eq!(json, shelf.json("book/merged/page_0002.json"));
    assert_snapshot!(shown(&shelf.run(["show", "book", "--page", "99"])), @r"
    error: page 99 is out of range (the book has 3)
    exit 4
    ");
}

#[test]
fn many_books_end_with_a_tally_and_the_rest_is_brief() {
    let (shelf, scans) = with_processed_book();
    shelf.ok(["add".as_ref(), scans.as_os_str(), "--id".as_ref(), "other".as_ref()]);
    std::fs::remove_file(shelf.library().join("other/source/page_0002.png")).unwrap();
    let ended = shelf.run(["process", "--all", "--stages", "ocr,vocabulary", "--quiet"]);
    assert_snapshot!(ended.out, @r"
    book: nothing to do (3 pages, 2 stages up to date)
    other: ocr: 3 pages: 2 made, 1 blocked
      page 2 blocked: page 2 has no scan
    other: vocabulary: 1 book: 1 made
    2 books: 1 up to date, 1 with problems
      other: 1 blocked; see `shelf status other`
    ");
    let plan = shelf.ok(["plan", "--all", "--pages", "1", "--stages", "ocr,vocabulary"]);
    assert_eq!(plan, "2 books: nothing to do\n");
}

#[test]
fn status_shows_what_follows_from_a_new_scan() {
    let (shelf, scans) = with_processed_book();
    let better = scans.join("page_0002.png");
    shelf.ok(["page".as_ref(), "book".as_ref(), "replace".as_ref(), "1".as_ref(), better.as_os_str()]);
    let status = shelf.ok(["status", "book"]);
    for line in [
        "STAGE        DONE  MAY CHANGE  STALE  FAILED  BLOCKED  TO DO",
        "ocr             2           ·      1       ·        ·      ·",
        "vocabulary      ·           1      ·       ·        ·      ·",
        "corrected       ·           2      1       ·        ·      ·",
        "merged          ·           2      1       ·        ·      ·",
        "merged stale: 1; why: `shelf plan book --stage merged`",
    ] {
        assert!(status.lines().any(|found| found == line), "{line}\n{status}");
    }
}

#[test]
fn tables_fit_and_say_what_they_omit() {
    let (shelf, _scans) = with_book();
    let list = |arguments: &[&str]| {
        let mut command = shelf.command(arguments);
        String::from_utf8(command.env("COLUMNS", "40").output().unwrap().stdout).unwrap()
    };
    assert_snapshot!(list(&["list"]), @r"
    BOOK  TITLE   PAGES  OCR  CATALOGUE
    book  A Book      3    0          0
    Too narrow for: transcribed, vocabulary,
    corrected, pagination, labels, merged,
    structure (show with --wide)
    ");
    assert_eq!(list(&["list", "--wide"]), shelf.ok(["list"]));
}

#[test]
fn export_without_all_pages_says_so() {
    let (shelf, scans) = with_book();
    let file = scans.path().join("book.txt");
    let export = |arguments: &[&str]| {
        let mut command = vec!["export", "book", "-o", file.to_str().unwrap()];
        command.extend(arguments);
        shelf.run(command)
    };
    let refused = export(&["--format", "txt"]);
    assert_snapshot!(shown(&refused), @r"
    error: the structure of `book` has not been made yet
    hint: `shelf process book --stage +structure` makes `structure` and all it is made from
    exit 4
    ");
    shelf.ok(["process", "book", "--pages", "2-3", "--quiet"]);
    let ended = export(&["--format", "txt"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.err.contains("page 1 of 3 pages left out (page 1: not processed)"), "{}", ended.err);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("[This export is incomplete: page 1 of the scans is missing.]\n"), "{text}");
    assert_eq!(export(&["--format", "txt", "--pages", "2"]).code, Some(0));
    assert_snapshot!(shown(&export(&["--format", "txt", "--pages", "2-4"])), @r"
    error: page 4 is out of range (the book has 3)
    exit 4
    ");
    let schema: serde_json::Value = serde_json::from_str(&shelf.ok(["export", "--schema"])).unwrap();
    assert_eq!(schema["title"], "Document");
}
