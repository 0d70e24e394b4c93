//! What `shelf` prints, and its exit codes, on a library of its own.

use std::path::Path;

use insta::assert_snapshot;
use shelf::book::PageNumber;
use shelf_tests::{Ended, Shelf};

fn shelf() -> Shelf {
    Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"))
}

/// A library with a book of two blank pages and one of text.
fn with_book() -> (Shelf, tempfile::TempDir) {
    let shelf = shelf();
    let scans = tempfile::tempdir().unwrap();
    for (page, image) in (1..).filter_map(PageNumber::new).zip([blank(), page_of_text(), blank()]) {
        image.save(scans.path().join(format!("{}.png", page.stem()))).unwrap();
    }
    shelf.ok([
        "add".as_ref(),
        scans.path().as_os_str(),
        "--id".as_ref(),
        "book".as_ref(),
        "--title".as_ref(),
        "A Book".as_ref(),
    ]);
    (shelf, scans)
}

fn blank() -> image::GrayImage {
    image::GrayImage::from_pixel(900, 1200, image::Luma([250]))
}

fn page_of_text() -> image::GrayImage {
    let page = shelf::demo::book().pages.swap_remove(3);
    page.image
}

fn shown(ended: &Ended) -> String {
    format!("{}{}exit {}", ended.out, ended.err, ended.code.map_or("by a signal".to_owned(), |code| code.to_string()))
}

/// Hides what differs from run to run: the time that a run took, and the lines of its progress.
fn steady(text: &str) -> String {
    let is_progress = |line: &&str| line.contains(" %  ") || line.ends_with(" %");
    let timed = |line: &str| match line.rsplit_once(", ") {
        Some((before, _)) if line.contains(" stage") && before.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{before}, TIME")
        }
        _ => line.to_owned(),
    };
    text.lines().filter(|line| !is_progress(line)).map(timed).collect::<Vec<_>>().join("\n")
}

#[test]
fn help_leads_a_beginner() {
    assert_snapshot!(shelf().ok(["-h"]));
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
    book: vocabulary: 1 book: 1 made
    book: corrected: 3 pages: 3 made
    book: pagination: 1 book: 1 made
    book: labels: 3 pages: 3 made
    book: merged: 3 pages: 3 made
    ");
    assert_snapshot!(shown(&shelf.run(["process", "book"])), @r"
    book: nothing to do (3 pages, 7 stages up to date)
    exit 0
    ");
    assert_snapshot!(shelf.ok(["status", "book"]), @r"
    book: A Book, 3 pages
    STAGE       DONE  STALE  FAILED  BLOCKED  TO DO
    ocr            3      ·       ·        ·      ·
    catalogue      1      ·       ·        ·      ·
    vocabulary     1      ·       ·        ·      ·
    corrected      3      ·       ·        ·      ·
    pagination     1      ·       ·        ·      ·
    labels         3      ·       ·        ·      ·
    merged         3      ·       ·        ·      ·
    ");
    assert_snapshot!(shelf.ok(["plan", "book", "--stage", "ocr", "--psm", "6"]), @r"
    book: ocr: 3 pages to make, 0 up to date
      1-3: psm 3 → 6
    ");
    assert_snapshot!(shelf.ok(["list"]), @r"
    BOOK  TITLE   PAGES  OCR  CATALOGUE  VOCABULARY  CORRECTED  PAGINATION  LABELS  MERGED
    book  A Book      3    3          1           1          3           1       3       3
    ");
    assert_snapshot!(shown(&shelf.run(["eval", "book", "--truth", "truth", "--stage", "pagination"])), @r"
    error: `pagination` has no text of the pages of `book`
    hint: stages with a text: ocr, corrected, merged
    exit 4
    ");
    let text = shelf.ok(["show", "book", "--page", "2", "--raw"]);
    assert!(text.contains("shelf") || text.len() > 500, "{text}");
}

#[test]
fn errors_come_with_hints() {
    let (shelf, scans) = with_book();
    let said = |arguments: &[&str]| shown(&shelf.run(arguments));
    assert_snapshot!(said(&["process", "boook"]), @r"
    error: there is no book `boook` in the library
    hint: did you mean `book`? `shelf list` shows all books
    exit 4
    ");
    assert_snapshot!(said(&["process", "book", "--pages", "2-5"]), @r"
    error: pages 4–5 are out of range (the book has 3)
    exit 4
    ");
    assert_snapshot!(said(&["process", "My Book"]), @r"
    error: invalid value 'My Book' for '[BOOK]...': `My Book` is no scan id: expected 1 to 100 of a-z, 0-9, `.`, `_` and `-`, starting with a letter or a digit (`my-book` would do)

    For more information, try '--help'.
    exit 2
    ");
    assert_snapshot!(said(&["process", "book", "--stage", "orc"]), @r"
    error: invalid value 'orc' for '--stage <STAGE>'
      [possible values: ocr, catalogue, vocabulary, corrected, pagination, labels, merged]

    For more information, try '--help'.
    exit 2
    ");
    assert_snapshot!(said(&["report", "book", "--stage", "ocr"]), @r"
    error: `ocr` has made no page of `book` yet
    hint: run `shelf process book --stage ocr`
    exit 4
    ");
    assert_snapshot!(said(&["report", "book"]), @r"
    error: no stage given: each stage has its own report
    hint: no stage has made a page of `book` yet: `shelf process book`
    exit 2
    ");
    assert_snapshot!(said(&["eval", "book", "--truth", "truth", "--stage", "corrected"]), @r"
    error: `corrected` has made no page of `book` yet
    hint: run `shelf process book --stage corrected`
    exit 4
    ");
    assert!(said(&["eval", "book"]).contains("<--truth <DIR>|--labels <FILE>>"));
    assert_snapshot!(said(&["page", "book", "replace", "1", "missing.png"]), @r"
    error: cannot read missing.png
      caused by: No such file or directory (os error 2)
    exit 4
    ");
    assert_snapshot!(said(&["delete", "book"]), @r"
    error: refusing to delete without confirmation (no terminal)
    hint: pass `--yes`
    exit 4
    ");
    let again = shelf.run(["add".as_ref(), scans.path().as_os_str(), "--id".as_ref(), "book".as_ref()]);
    assert_snapshot!(shown(&again), @r"
    error: a book `book` exists already
    hint: choose another id with `--id`, or delete the old book: `shelf delete book`
    exit 4
    ");
}

#[test]
fn a_language_that_is_not_installed_names_its_package() {
    let (shelf, _scans) = with_book();
    let ended = shelf.run(["process", "book", "--ocr-lang", "xyz", "--pages", "1"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert_eq!(ended.err.matches("xyz").count(), 2, "once, and once in the package: {}", ended.err);
    assert!(ended.err.contains("tesseract-ocr-xyz") && ended.err.contains("eng"), "{}", ended.err);
    assert!(!shelf.library().join("book/ocr").exists(), "no page was tried");
    shelf.ok(["process", "book", "--stage", "ocr", "--pages", "1"]);
    shelf.ok(["set", "book", "language=xyz"]);
    assert_eq!(shelf.run(["process", "book", "--stage", "ocr"]).code, Some(4), "so is the language of a book");
}

#[test]
fn a_book_in_use_is_refused_and_the_others_go_on() {
    let (shelf, scans) = with_book();
    shelf.ok(["add".as_ref(), scans.path().as_os_str(), "--id".as_ref(), "other".as_ref()]);
    let lock =
        std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(shelf.library().join("book/.lock"));
    let lock = lock.unwrap();
    lock.try_lock().unwrap();
    let ended = shelf.run(["process", "--all", "--pages", "1"]);
    assert_eq!(ended.code, Some(3), "some books, not all: {ended:?}");
    assert!(
        ended.err.contains("error: `book` is in use by another process\nhint: wait for it (`--wait`), or stop it"),
        "{}",
        ended.err
    );
    assert!(ended.out.contains("other: ocr: 1 page: 1 made"), "{}", ended.out);
    assert_eq!(shelf.run(["process", "book", "--pages", "1"]).code, Some(6), "all that was asked for");
}

#[test]
fn a_page_that_is_changed_is_found_and_made_again() {
    let (shelf, _scans) = with_book();
    shelf.ok(["process", "book", "--stage", "ocr", "--quiet"]);
    assert_snapshot!(shelf.ok(["verify", "book"]), @"book: checked 3 records and 3 files; no errors");
    let page = shelf.library().join("book/ocr/page_0002.json");
    let text = std::fs::read_to_string(&page).unwrap();
    std::fs::write(&page, &text[..text.len() - 10]).unwrap();
    flip_last_byte(&shelf.library().join("book/source/page_0003.png"));
    let ended = shelf.run(["verify", "book"]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.out.contains("book/ocr/page_0002.json: is not valid JSON"), "{}", ended.out);
    assert!(ended.out.contains("book/source/page_0003.png: is not the scan that was added"), "{}", ended.out);
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
fn works_without_home_folder_and_terminal() {
    let shelf = shelf();
    let mut command = shelf.command(["list"]);
    let output = command.env_remove("SHELF_LIBRARY").env("HOME", "").output().unwrap();
    // Without HOME, the home folder is in the user database; the library may be there or not.
    assert!(matches!(output.status.code(), Some(0 | 4)), "{output:?}");
    assert_eq!(shelf.run(["list", "--json"]).out, "[]\n");
}

#[test]
fn the_stages_can_be_drawn() {
    let shelf = shelf();
    assert_snapshot!(shelf.ok(["stages", "--graph", "mermaid"]), @r"
    graph LR
      ocr
      catalogue
      ocr -->|all pages| catalogue
      vocabulary
      ocr -->|all pages| vocabulary
      corrected
      ocr --> corrected
      vocabulary --> corrected
      pagination
      ocr -->|all pages| pagination
      labels
      ocr --> labels
      pagination --> labels
      merged
      ocr --> merged
      ocr -->|with neighbours| merged
      corrected -->|with neighbours| merged
      labels -->|with neighbours| merged
    ");
    let stages: serde_json::Value = serde_json::from_str(&shelf.ok(["stages", "--json"])).unwrap();
    assert_eq!(stages[0]["name"], "ocr");
    assert_eq!(stages[0]["columns"][0], "confidence_mean");
}

#[test]
fn a_run_that_reaches_its_time_limit_reports_the_work_left() {
    let (shelf, _scans) = with_book();
    let ended = shelf.run(["process", "book", "--max-time", "0s"]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert_eq!(shelf.ok(["process", "book", "--stage", "ocr", "--quiet"]), "book: ocr: 3 pages: 3 made\n");
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
fn options_come_from_flag_environment_and_file_in_that_order() {
    let shelf = shelf();
    let file = shelf.library().join("shelf.toml");
    std::fs::write(&file, "[ocr]\nlang = \"deu\"\npsm = 6\ndpi = 200\n").unwrap();
    let mut command = shelf.command(["config", "--ocr-dpi", "400"]);
    let output = command.env("SHELF_OCR_PSM", "4").env("SHELF_OCR_DPI", "150").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    for line in [
        ["ocr", "lang", "deu", "shelf.toml"],
        ["ocr", "psm", "4", "SHELF_OCR_PSM"],
        ["ocr", "dpi", "400", "--ocr-dpi"],
        ["ocr", "rotate", "auto", "default"],
    ] {
        assert!(lines.contains(&line.to_vec()), "{text}");
    }
    std::fs::write(&file, "[ocr]\nlanguage = \"deu\"\n").unwrap();
    let refused = shelf.run(["config"]);
    assert_eq!(refused.code, Some(4));
    assert!(refused.err.starts_with("error: LIBRARY/shelf.toml: `[ocr]` has no option `language`"), "{}", refused.err);
    std::fs::write(&file, "[llm]\nidle = \"5s\"\nfallbacks = [\"a\", \"b\"]\n").unwrap();
    let settings: serde_json::Value = serde_json::from_str(&shelf.ok(["config", "--json", "--model", "x/y"])).unwrap();
    let value = |option: &str| {
        let is_meant = |setting: &&serde_json::Value| setting["stage"] == "llm" && setting["option"] == option;
        settings.as_array().unwrap().iter().find(is_meant).unwrap()["value"].clone()
    };
    assert_eq!((value("model"), value("idle"), value("api_key")), ("x/y".into(), 5.0.into(), false.into()));
    assert_eq!((value("fallbacks"), value("book_budget")), (serde_json::json!(["a", "b"]), serde_json::Value::Null));
}

#[test]
fn scans_are_edited_and_metadata_are_set() {
    let (shelf, scans) = with_book();
    shelf.ok(["process", "book", "--quiet"]);
    let said = |arguments: &[&str]| steady(&shown(&shelf.run(arguments)));
    let dropped = said(&["page", "book", "drop", "1"]);
    assert!(dropped.starts_with("book: removed page 1; 2 pages renumbered; now 2 pages\n"), "{dropped}");
    assert!(dropped.contains("kept the old scan: LIBRARY/book/removed/page_0001_20"), "{dropped}");
    let leaf = scans.path().join("page_0001.png");
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
    assert!(said(&["set", "book", "titel=x"]).contains("there is no field `titel`; the fields are title, author"));
    assert_eq!(shelf.json("book/metadata.json")["year"], 1892);
}

#[test]
fn flagged_pages_are_named() {
    let shelf = shelf();
    let scans = tempfile::tempdir().unwrap();
    page_of_text().save(scans.path().join("page_0001.png")).unwrap();
    image::imageops::rotate180(&page_of_text()).save(scans.path().join("page_0002.png")).unwrap();
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
    shelf.ok(["process", "book", "--quiet"]);
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

#[test]
fn many_books_end_with_a_tally_and_the_rest_is_brief() {
    let (shelf, scans) = with_book();
    shelf.ok(["add".as_ref(), scans.path().as_os_str(), "--id".as_ref(), "other".as_ref()]);
    shelf.ok(["process", "book", "--quiet"]);
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
    let (shelf, scans) = with_book();
    shelf.ok(["process", "book", "--quiet"]);
    let better = scans.path().join("page_0002.png");
    shelf.ok(["page".as_ref(), "book".as_ref(), "replace".as_ref(), "1".as_ref(), better.as_os_str()]);
    let status = shelf.ok(["status", "book"]);
    for line in [
        "STAGE       DONE  MAY CHANGE  STALE  FAILED  BLOCKED  TO DO",
        "ocr            2           ·      1       ·        ·      ·",
        "vocabulary     ·           1      ·       ·        ·      ·",
        "corrected      ·           2      1       ·        ·      ·",
        "merged         ·           2      1       ·        ·      ·",
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
    Too narrow for: vocabulary, corrected,
    pagination, labels, merged (show with
    --wide)
    ");
    assert_eq!(list(&["list", "--wide"]), shelf.ok(["list"]));
}
