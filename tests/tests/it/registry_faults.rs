//! With stages that do not fit together, help and what needs no stage still work; all else names the files and refuses.

use shelf_tests::Shelf;

#[test]
fn only_what_needs_the_registry_refuses_two_stages_of_one_name() {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_faulty-shelf"));
    let book = shelf.library().join("book");
    std::fs::create_dir(&book).unwrap();
    std::fs::write(book.join("metadata.json"), r#"{ "title": "A Book", "total_pages": 2 }"#).unwrap();
    let names_both = |text: &str| {
        let lines = ["tests/src/bin/faulty-shelf.rs:14", "tests/src/bin/faulty-shelf.rs:20"];
        text.contains("two stages are named `numbered`") && lines.iter().all(|line| text.contains(line))
    };
    assert!(shelf.ok(["--help"]).contains("Start with:"));
    assert!(shelf.ok(["process", "--help"]).contains("--stage"));
    let list = shelf.run(["list"]);
    assert!(list.code == Some(0) && list.out.contains("A Book") && names_both(&list.err), "{list:?}");
    let doctor = shelf.run(["doctor"]);
    assert!(names_both(&doctor.out) && doctor.code == Some(1), "{doctor:?}");
    for refused in [&["process", "book"][..], &["plan", "book"], &["process", "book", "--stage", "other"]] {
        let refused = shelf.run(refused);
        assert!(refused.code == Some(1) && names_both(&refused.err), "{refused:?}");
        assert!(refused.err.contains("hint: rename one of them"), "{refused:?}");
    }
    let show = shelf.run(["show", "book"]);
    assert!(names_both(&show.err) && !show.err.contains("error: two stages"), "{show:?}");
}
