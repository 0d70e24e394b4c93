//! Help, options, errors with hints, and exit codes.

use insta::assert_snapshot;

use super::{shelf, shown, with_book};

#[test]
fn help_leads_a_beginner() {
    assert_snapshot!(shelf().ok(["-h"]));
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
    error: invalid value 'My Book' for '[BOOK]...': invalid book id `My Book`: expected 1 to 100 of a-z, 0-9, `.`, `_` and `-`, starting with a letter or a digit (`my-book` would do)

    For more information, try '--help'.
    exit 2
    ");
    assert_snapshot!(said(&["process", "book", "--stage", "orc"]), @r"
    error: invalid value 'orc' for '--stage <STAGE>'
      [possible values: ocr, catalogue, transcribed, vocabulary, corrected, pagination, labels, merged, structure]

    For more information, try '--help'.
    exit 2
    ");
    assert_snapshot!(said(&["report", "book", "--stage", "ocr"]), @r"
    error: `book` has no pages of `ocr` yet
    hint: run `shelf process book --stage ocr`
    exit 4
    ");
    assert_snapshot!(said(&["report", "book"]), @r"
    error: no stage given: each stage has its own report
    hint: `book` has no finished pages yet: run `shelf process book`
    exit 2
    ");
    assert_snapshot!(said(&["eval", "book", "--truth", "truth", "--stage", "corrected"]), @r"
    error: `book` has no pages of `corrected` yet
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
      transcribed
      ocr --> transcribed
      vocabulary
      ocr -->|all pages| vocabulary
      corrected
      ocr --> corrected
      transcribed --> corrected
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
      structure
      ocr -->|all pages| structure
      merged -->|all pages| structure
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
fn options_come_from_flag_environment_and_file_in_that_order() {
    let shelf = shelf();
    let file = shelf.library().join("shelf.toml");
    std::fs::write(&file, "workers = \"3,ocr=2\"\n[ocr]\nlang = \"deu\"\npsm = 6\ndpi = 200\n").unwrap();
    let mut command = shelf.command(["config", "--ocr-dpi", "400"]);
    let output = command.env("SHELF_OCR_PSM", "4").env("SHELF_OCR_DPI", "150").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    for line in [
        ["ocr", "lang", "deu", "shelf.toml"],
        ["ocr", "psm", "4", "SHELF_OCR_PSM"],
        ["ocr", "dpi", "400", "--ocr-dpi"],
        ["ocr", "rotate", "auto", "default"],
        ["all", "workers", "3,ocr=2", "shelf.toml"],
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
