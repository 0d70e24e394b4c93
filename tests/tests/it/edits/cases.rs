use super::*;

#[test]
fn an_edit_makes_its_page_and_the_neighbours_stale_and_nothing_else() {
    let book = book(&["one", "two", "three", "four", "five"]);
    edit(&book, 3, &set(1, "THREE")).unwrap();
    assert_eq!(run(&book), ["merged page 2: done", "merged page 3: done", "merged page 4: done"]);
    assert_eq!(texts(&book.page::<merged>(3)), ["THREE"]);
    assert_eq!(run(&book), Vec::<String>::new());
    assert!(book.record::<merged>(1).fingerprint.inputs.keys().all(|input| !input.to_string().contains("edits")));
}

#[test]
fn an_edit_wins_over_later_runs_until_it_is_removed() {
    let book = book(&["The modem ship|x"]);
    let made = edit(&book, 1, &set(1, "The modern ship")).unwrap();
    edit(&book, 1, &Wanted::Label { block: 2, label: Classification::Footnote }).unwrap();
    edit(&book, 1, &Wanted::PageNumber { page_number: Some("ix".to_owned()) }).unwrap();
    run(&book);
    book.process(&[merged::ROW], &Request::of_stages(["merged"]).redo("again"));
    let page = book.page::<merged>(1);
    assert_eq!((texts(&page), page.blocks[1].classification), (vec!["The modern ship", "x"], Classification::Footnote));
    assert_eq!(page.printed_page_number.as_deref(), Some("ix"));
    assert_eq!(page.numbering_style, Some(shelf_pages::NumberingStyle::Roman));
    assert_eq!(page.blocks[0].paragraphs[0].text_before_edit.as_deref(), Some("The modem ship"));
    shelf_pages::edits::remove_edit(book.store(), book.id(), number(1), &made.id).unwrap();
    run(&book);
    assert_eq!(texts(&book.page::<merged>(1)), ["The modem ship", "x"]);
}

#[test]
fn paragraphs_are_split_joined_and_deleted_and_the_book_has_the_result() {
    let book = book(&["It was so. The ship|sailed.|~;", "The next day it was|back."]);
    assert_eq!(paragraphs(&book), ["It was so. The ship sailed.", "~;", "The next day it was back."]);
    let edits = [split(1, "so.|The"), whole(3, ParagraphAction::Delete)].map(|wanted| edit(&book, 1, &wanted).unwrap());
    edit(&book, 2, &whole(1, ParagraphAction::Join)).unwrap();
    edit(&book, 2, &split(2, "|back.")).unwrap();
    let expected = ["It was so.", "The ship sailed. The next day it was", "back."];
    assert_eq!(paragraphs(&book), expected);
    assert_eq!(book.page::<merged>(1).text(), "It was so.\nThe ship\nsailed.");
    book.process(&[merged::ROW], &Request::of_stages(["merged"]).redo("again"));
    assert_eq!(paragraphs(&book), expected, "they survive another run");
    // Another paragraph is read otherwise.
    put(&book, 1, &["It was so. The ship", "sailed away.", "~;"].map(ToOwned::to_owned));
    assert_eq!(paragraphs(&book)[1], "The ship sailed away. The next day it was");
    for edit in edits {
        shelf_pages::edits::remove_edit(book.store(), book.id(), number(1), &edit.id).unwrap();
    }
    assert_eq!(paragraphs(&book)[0], "It was so. The ship sailed away.");
    assert!(texts(&book.page::<merged>(1)).contains(&"~;"));
}

#[test]
fn an_edit_of_a_part_holds_with_its_split_and_is_in_conflict_without() {
    let book = book(&["It was so. Tbe ship"]);
    let made = edit(&book, 1, &split(1, "so.|")).unwrap();
    run(&book);
    let text = "The ship".to_owned();
    edit(&book, 1, &Wanted::Text { block: 1, paragraph: 2, text }).unwrap();
    run(&book);
    assert_eq!(texts(&book.page::<merged>(1)), ["It was so.", "The ship"]);
    shelf_pages::edits::remove_edit(book.store(), book.id(), number(1), &made.id).unwrap();
    run(&book);
    let page = book.page::<merged>(1);
    assert_eq!(texts(&page), ["It was so. Tbe ship"]);
    assert_eq!(page.edits[0].problem.as_deref(), Some("paragraph 1/2 is missing from the page"));
}

#[test]
fn edits_of_paragraphs_that_have_changed_are_in_conflict() {
    let book = book(&["It was so. The ship|sailed.|~;"]);
    for wanted in [split(1, "so.|The"), whole(2, ParagraphAction::Join), whole(3, ParagraphAction::Delete)] {
        edit(&book, 1, &wanted).unwrap();
        run(&book);
    }
    put(&book, 1, &["It was not thus", "returned.", "A note"].map(ToOwned::to_owned));
    run(&book);
    let page = book.page::<merged>(1);
    let problems: Vec<&str> = page.edits.iter().filter_map(|outcome| outcome.problem.as_deref()).collect();
    assert_eq!(
        problems,
        [
            "paragraph 1/1 now reads \"It was not thus\"",
            "paragraph 2/1 now reads \"returned.\"",
            "paragraph 3/1 now reads \"A note\""
        ]
    );
    assert_eq!(texts(&page), ["It was not thus", "returned.", "A note"]);
}

#[test]
fn an_edit_of_a_later_version_fails_its_page_and_says_why() {
    let book = book(&["one"]);
    book.write("edits/page_0001_note.json", br#"{ "concerns": "rotate", "by": "a", "when": "2026-11-28T16:00:00Z" }"#);
    run(&book);
    let failure = book.failure::<merged>(1).unwrap().failure;
    assert_eq!(
        failure.error,
        "book/edits/page_0001_note.json is not an edit: unknown kind \"rotate\"; this version of shelf knows text, \
         label, join, split, delete, page_number, rejected, checked; a later version may have written it"
    );
}

#[test]
fn continuation_follows_the_edited_text_of_the_neighbour() {
    let book = book(&["The cam-", "x"]);
    edit(&book, 2, &set(1, "paign began.")).unwrap();
    run(&book);
    assert_eq!(book.page::<merged>(1).continuation.word_to_next.map(|word| word.whole), Some("campaign".to_owned()));
}

#[test]
fn an_edit_of_a_text_that_has_changed_is_in_conflict_and_flagged() {
    let book = book(&["The modem ship"]);
    edit(&book, 1, &set(1, "The modern ship")).unwrap();
    put(&book, 1, &["The modern shop".to_owned()]);
    run(&book);
    let page = book.page::<merged>(1);
    assert_eq!((texts(&page), page.edits[0].is_conflict()), (vec!["The modern shop"], true));
    assert_eq!(page.edits[0].problem.as_deref(), Some("paragraph 1/1 now reads \"The modern shop\""));
    assert_eq!(book.metrics::<merged>(1)["edits_in_conflict"], 1);
    put(&book, 1, &["x".to_owned(), "The modem ship".to_owned()]);
    run(&book);
    assert_eq!(texts(&book.page::<merged>(1)), ["x", "The modern ship"], "found again where it is now");
}

#[test]
fn a_page_that_is_not_an_edit_fails_its_page_and_names_the_file() {
    let book = book(&["one"]);
    book.write("edits/page_0001_note.json", b"{}");
    run(&book);
    let failure = book.failure::<merged>(1).unwrap().failure;
    assert!(failure.error.starts_with("book/edits/page_0001_note.json is not an edit: "), "{failure}");
}

#[test]
fn a_page_of_the_original_tool_is_made_again_once_it_is_edited() {
    let book = book(&["The modem ship"]);
    let page = book.page::<merged>(1);
    book.put::<merged>(1, &page);
    assert_eq!(run(&book), Vec::<String>::new(), "it has no record");
    edit(&book, 1, &set(1, "The modern ship")).unwrap();
    assert_eq!(run(&book), ["merged page 1: done"]);
    assert_eq!(texts(&book.page::<merged>(1)), ["The modern ship"]);
}

#[test]
fn a_page_that_was_modified_by_hand_is_not_overwritten() {
    let book = book(&["The modem ship", "two"]);
    let all = |request: &Request| {
        let run = book.process(&[structure::ROW], request);
        run.summary
            .stages
            .iter()
            .flat_map(|stage| stage.blocked.clone())
            .map(|(page, by)| format!("{page}: {by}"))
            .collect::<Vec<_>>()
    };
    let request = Request::of_stages(["merged", "structure"]);
    assert_eq!(all(&request), Vec::<String>::new());
    let before = book.bytes("structure/book.json");
    let by_hand = String::from_utf8(book.bytes("merged/page_0001.json").unwrap()).unwrap().replace("modem", "modern");
    for text in
        [by_hand.clone(), by_hand.replacen(',', ",,", 1), by_hand.replacen("\"page_number\":1", "\"page_number\":0", 1)]
    {
        book.write("merged/page_0001.json", text.as_bytes());
        let expected =
            ["merged page 1: merged page 1 was modified by hand", "structure: merged page 1 was modified by hand"];
        assert_eq!(all(&request), expected, "{text}");
        assert_eq!(all(&request.clone().redo("again")), expected);
        assert_eq!(book.bytes("merged/page_0001.json").as_deref(), Some(text.as_bytes()));
        assert_eq!(book.bytes("structure/book.json"), before, "nor is the page left out of the book");
    }
    // A file that was cut off is damaged, not edited.
    book.write("merged/page_0001.json", &by_hand.as_bytes()[..by_hand.len() / 2]);
    assert_eq!(all(&request), Vec::<String>::new());
    assert_eq!(texts(&book.page::<merged>(1)), ["The modem ship"]);
}

#[test]
fn edits_move_with_their_page_and_stay_up_to_date() {
    let book = book(&["one", "two", "three", "four"]);
    edit(&book, 3, &set(1, "THREE")).unwrap();
    run(&book);
    let (_folder, file) = scan_file();
    scans_edited(&book, &ScanEdit::Insert { page: number(1), files: vec![file] });
    put(&book, 1, &["zero".to_owned()]);
    assert_eq!(edits_of_page(book.store(), book.id(), number(4)).unwrap().len(), 1);
    assert_eq!(run(&book), ["merged page 1: done", "merged page 2: done"], "only the new page and its neighbour");
    assert_eq!(texts(&book.page::<merged>(4)), ["THREE"]);
    scans_edited(&book, &ScanEdit::Drop { pages: [number(4)].into() });
    assert!(all_edits(book.store(), book.id()).unwrap().is_empty());
    assert_eq!(removed_edits(&book).len(), 1, "they are kept with the scan");
    let name = removed_pages(book.store(), book.id()).unwrap()[0].name.clone();
    let restored = scans_edited(&book, &ScanEdit::Restore { name }).new_pages[0];
    assert_eq!(edits_of_page(book.store(), book.id(), restored).unwrap().len(), 1);
    run(&book);
    assert_eq!(texts(&book.page::<merged>(restored.get())), ["THREE"]);
}
