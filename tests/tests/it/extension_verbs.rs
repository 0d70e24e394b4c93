//! Verbs that another crate adds to the command line.

use shelf_tests::Shelf;

fn shelf() -> Shelf {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_verbs-shelf"));
    let book = shelf.library().join("book");
    std::fs::create_dir(&book).unwrap();
    std::fs::write(book.join("metadata.json"), r#"{ "title": "A Book", "total_pages": 2 }"#).unwrap();
    shelf
}

#[test]
fn a_linked_verb_is_one_of_the_command_line() {
    let shelf = shelf();
    let help = shelf.ok(["--help"]);
    assert!(help.contains("greet") && help.contains("Greet a librarian"), "{help}");
    let ended = shelf.run(["greet", "Ann"]);
    assert_eq!((ended.out.as_str(), ended.code), ("Ann has 1 books\n", Some(3)));
    // Global options are taken, before the verb and after it.
    assert!(shelf.run(["greet", "Ann", "--json"]).out.starts_with('['));
    assert!(shelf.run(["--json", "greet", "Ann"]).out.starts_with('['));
    let refused = shelf.run(["greet", "nobody"]);
    assert_eq!((refused.err.as_str(), refused.code), ("error: nobody is there\nhint: name somebody\n", Some(4)));
    assert_eq!(shelf.run(["greet"]).code, Some(2));
    assert!(shelf.ok(["completions", "bash"]).contains("greet"));
}

#[test]
fn a_verb_of_shelf_itself_takes_precedence() {
    assert!(shelf().ok(["list"]).contains("A Book"));
}

#[test]
fn a_processing_verb_sends_the_options_of_process_to_another_process() {
    let shelf = shelf();
    let sent = shelf.ok(["send", "book"]);
    assert_eq!(sent, "book [] None\nNone None\n");
    let sent = shelf.ok(["send", "book", "--stages", "+numbered", "--first", "5", "--budget", "3", "--yes", "--wait"]);
    assert_eq!(
        sent,
        "book [\"--stages=+numbered\", \"--numbered-first=5\"] Some(Usd(3.0))\n\
         Some([\"numbered\"]) Some(\"{\\\"first\\\":5}\")\n"
    );
    let mut with_environment = shelf.command(["send", "book"]);
    let output = with_environment.env("SHELF_NUMBERED_FIRST", "7").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("--numbered-first=7"), "{output:?}");
    // Which server is asked, and how often, is for the machine to say that asks.
    let refused = shelf.run(["send", "book", "--llm-base-url", "http://127.0.0.1:1/v1"]);
    assert!(refused.code == Some(2) && refused.err.contains("`--llm-base-url` cannot be sent"), "{refused:?}");
    assert!(shelf.run(["send", "missing"]).code == Some(0), "whether a book exists is for the verb to check");
}
