//! What a person knows of a page survives every run: edits are applied, or in conflict and listed, but never lost.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::PathBuf;

use image::{GrayImage, ImageFormat, Luma};
use proptest::prelude::*;
use shelf::book::PageNumber;
use shelf::edit::{EditSummary, ScanEdit, edit_scans, removed_pages};
use shelf::inspect::{PageState, look};
use shelf::plan::Request;
use shelf::registry::Registry;
use shelf::stage::Stage as _;
use shelf::testing::TestBook;
use shelf::worker::WorkerPool;
use shelf_pages::edits::{
    Author, EditChange, ParagraphAction, SplitPlace, StoredEdit, Wanted, all_edits, change, edits_of_page, write_edit,
};
use shelf_pages::testing::TestPage;
use shelf_pages::{Classification, MergedPage, PageText as _, ParagraphStart};
use stages::corrected::corrected;
use stages::labels::labels;
use stages::merged::merged;
use stages::ocr::ocr;
use stages::structure::structure;
use stages::transcribed::transcribed;

/// Gives a page a text, one block for each line, as if OCR, corrections and labels had been made elsewhere.
fn put(book: &TestBook, page: u32, lines: &[String]) {
    let made = TestPage::new(&lines.join("\n\n")).number(page);
    book.put::<ocr>(page, &made.ocr());
    book.put::<corrected>(page, &made.corrected());
    book.put::<labels>(page, &made.labels());
}

fn book(pages: &[&str]) -> TestBook {
    let scan = (png(), (20, 30), 300.0);
    let book = TestBook::of_pages(pages.len() as u32).scans(pages.iter().map(|_| scan.clone()));
    for (page, text) in (1..).zip(pages) {
        put(&book, page, &text.split('|').map(ToOwned::to_owned).collect::<Vec<_>>());
    }
    run(&book);
    book
}

fn png() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    GrayImage::from_pixel(20, 30, Luma([200])).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

/// Merges what is to be merged, and says which pages that were.
fn run(book: &TestBook) -> Vec<String> {
    let run = book.process(&[merged::ROW], &Request::of_stages(["merged"]));
    run.events.into_iter().filter(|event| event.ends_with(": done") || event.contains("blocked")).collect()
}

fn number(page: u32) -> PageNumber {
    PageNumber::new(page).unwrap()
}

fn author() -> Author {
    Author { by: "anna".to_owned(), why: None }
}

/// Makes an edit as `shelf edit` does: on the page as it is; `None` if that changes nothing.
fn edit(book: &TestBook, page: u32, wanted: &Wanted) -> Option<StoredEdit> {
    let change = change(&book.page::<merged>(page), wanted).unwrap()?;
    Some(write_edit(book.store(), book.id(), number(page), change, &author()).unwrap())
}

fn set(block: u32, text: &str) -> Wanted {
    Wanted::Text { block, paragraph: 1, text: text.to_owned() }
}

fn texts(page: &MergedPage) -> Vec<&str> {
    page.blocks.iter().flat_map(|block| &block.paragraphs).map(|paragraph| paragraph.text.as_str()).collect()
}

fn whole(block: u32, action: ParagraphAction) -> Wanted {
    Wanted::Paragraph { block, paragraph: None, action }
}

fn split(block: u32, place: &str) -> Wanted {
    Wanted::Split { block, paragraph: None, split: place.parse().unwrap() }
}

/// The paragraphs of a book of two pages, as `structure` finds them.
fn paragraphs(book: &TestBook) -> Vec<String> {
    book.process(&[merged::ROW, structure::ROW], &Request::of_stages(["merged", "structure"]));
    let pages: Vec<MergedPage> = [1, 2].map(|page| book.page::<merged>(page)).into();
    let found: shelf_pages::Structure = serde_json::from_slice(&book.bytes("structure/book.json").unwrap()).unwrap();
    let text = |span: &shelf_pages::Span| {
        let page = pages.iter().find(|page| page.page_number == span.page).unwrap();
        (shelf_pages::span_text(page, span).unwrap(), span.join)
    };
    let passages = found.elements.iter().flat_map(|element| element.content.passages());
    passages.map(|passage| shelf_pages::joined(passage.spans.iter().map(text))).collect()
}

fn scans_edited(book: &TestBook, edit: &ScanEdit) -> EditSummary {
    let registry = Registry::of(
        [ocr::ROW, transcribed::ROW, corrected::ROW, labels::ROW, merged::ROW].into_iter().chain(upstream()),
    )
    .unwrap();
    edit_scans(book.store(), &registry, &WorkerPool::in_process(), book.id(), edit).unwrap()
}

/// The other stages that these are made from.
fn upstream() -> impl Iterator<Item = &'static shelf::stage::Row> {
    [stages::vocabulary::vocabulary::ROW, stages::pagination::pagination::ROW].into_iter()
}

fn scan_file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.png");
    std::fs::write(&file, png()).unwrap();
    (folder, file)
}

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
    assert_eq!(page.edits[0].problem.as_deref(), Some("there is no paragraph 1/2 any more"));
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

/// The edits that went with pages that were removed.
fn removed_edits(book: &TestBook) -> Vec<String> {
    let mut found = Vec::new();
    let root = book.store().book_folder(book.id()).join("removed");
    for folder in std::fs::read_dir(root).into_iter().flatten() {
        let edits = folder.unwrap().path().join("edits");
        found.extend(std::fs::read_dir(edits).into_iter().flatten().map(|file| {
            let name = file.unwrap().file_name().into_string().unwrap();
            name.split_once("_0").unwrap().1[4..].trim_end_matches(".json").to_owned()
        }));
    }
    found
}

/// Something that happens to a book.
#[derive(Debug, Clone)]
enum Step {
    Edit { page: usize, wanted: EditKind, by: u8 },
    Reread { page: usize, text: Vec<u8> },
    Insert { page: usize },
    Drop { page: usize },
    Replace { page: usize, text: Vec<u8> },
    Restore,
    Redo,
}

#[derive(Debug, Clone)]
enum EditKind {
    Text { block: usize, text: u8 },
    Join { block: usize },
    Split { block: usize, word: usize },
    Delete { block: usize },
    Label { block: usize, is_note: bool },
    Number(u8),
}

/// Few different lines, so that texts come back, move and are there twice.
fn line(of: u8) -> String {
    format!("line {of}")
}

fn lines(text: &[u8]) -> Vec<String> {
    text.iter().map(|of| line(*of)).collect()
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let text = || proptest::collection::vec(0u8..5, 1..4);
    let kind = prop_oneof![
        3 => (0usize..3, 0u8..8).prop_map(|(block, text)| EditKind::Text { block, text }),
        1 => (0usize..5).prop_map(|block| EditKind::Join { block }),
        2 => (0usize..5, 0usize..2).prop_map(|(block, word)| EditKind::Split { block, word }),
        1 => (0usize..5).prop_map(|block| EditKind::Delete { block }),
        1 => (0usize..3, any::<bool>()).prop_map(|(block, is_note)| EditKind::Label { block, is_note }),
        1 => (1u8..9).prop_map(EditKind::Number),
    ];
    let page = 0usize..4;
    let step = prop_oneof![
        5 => (page.clone(), kind, any::<u8>()).prop_map(|(page, wanted, by)| Step::Edit { page, wanted, by }),
        2 => (page.clone(), text()).prop_map(|(page, text)| Step::Reread { page, text }),
        1 => page.clone().prop_map(|page| Step::Insert { page }),
        1 => page.clone().prop_map(|page| Step::Drop { page }),
        1 => (page, text()).prop_map(|(page, text)| Step::Replace { page, text }),
        1 => Just(Step::Restore),
        1 => Just(Step::Redo),
    ];
    proptest::collection::vec(step, 1..9)
}

/// What happened: every edit with the page that it was made on, which is named by a number that never changes.
struct History {
    pages: Vec<u32>,
    next: u32,
    /// The pages that were dropped, with the names of their scans in `removed`.
    dropped: Vec<(u32, String)>,
    edits: BTreeMap<String, (u32, EditChange)>,
}

impl History {
    fn apply(&mut self, book: &TestBook, step: &Step) {
        let (_folder, file) = scan_file();
        let count = self.pages.len();
        match step {
            Step::Edit { page, wanted, by } => {
                let at = page % count;
                let made = book.page::<merged>(at as u32 + 1);
                let block_num = |block: &usize| made.blocks[block % made.blocks.len()].block_num;
                let all: Vec<_> = made
                    .blocks
                    .iter()
                    .flat_map(|block| block.paragraphs.iter().map(move |found| (block.block_num, found)))
                    .collect();
                let paragraph = |at: &usize| (all[at % all.len()].0, Some(all[at % all.len()].1.par_num));
                let on_whole = |at: &usize, action| {
                    let (block, paragraph) = paragraph(at);
                    Wanted::Paragraph { block, paragraph, action }
                };
                let wanted = match wanted {
                    EditKind::Text { block, text } => {
                        let (block, paragraph) = paragraph(block);
                        Wanted::Text { block, paragraph: paragraph.unwrap(), text: line(*text) }
                    }
                    EditKind::Join { block } => on_whole(block, ParagraphAction::Join),
                    EditKind::Delete { block } => on_whole(block, ParagraphAction::Delete),
                    EditKind::Split { block: at, word } => {
                        let (block, paragraph) = paragraph(at);
                        let words: Vec<&str> = all[at % all.len()].1.text.split(' ').collect();
                        let (before, after) = words.split_at(*word.min(&(words.len() - 1)));
                        let split = SplitPlace { before: before.join(" "), after: after.join(" ") };
                        Wanted::Split { block, paragraph, split }
                    }
                    EditKind::Label { block, is_note } => {
                        let label = if *is_note { Classification::Footnote } else { Classification::Quote };
                        Wanted::Label { block: block_num(block), label }
                    }
                    EditKind::Number(of) => Wanted::PageNumber { page_number: Some(of.to_string()) },
                };
                // Not everything can be joined: an edit of that kind is refused.
                if let Some(change) = change(&made, &wanted).ok().flatten() {
                    let author = Author { by: by.to_string(), why: None };
                    let saved = write_edit(book.store(), book.id(), number(at as u32 + 1), change, &author).unwrap();
                    self.edits.insert(saved.id, (self.pages[at], saved.edit.change));
                }
            }
            Step::Reread { page, text } => put(book, (page % count) as u32 + 1, &lines(text)),
            Step::Insert { page } => {
                let at = page % (count + 1);
                scans_edited(book, &ScanEdit::Insert { page: number(at as u32 + 1), files: vec![file] });
                put(book, at as u32 + 1, &lines(&[0, 1]));
                self.pages.insert(at, self.next);
                self.next += 1;
            }
            Step::Drop { page } if count > 1 => {
                let at = page % count;
                let before = removed_pages(book.store(), book.id()).unwrap();
                scans_edited(book, &ScanEdit::Drop { pages: [number(at as u32 + 1)].into() });
                let page = self.pages.remove(at);
                let removed = removed_pages(book.store(), book.id()).unwrap();
                let mut names = removed.into_iter().filter(|found| !before.contains(found)).map(|found| found.name);
                self.dropped.push((page, names.next().unwrap()));
            }
            Step::Restore => {
                if let Some((page, name)) = self.dropped.pop() {
                    let at = scans_edited(book, &ScanEdit::Restore { name }).new_pages[0];
                    self.pages.insert(at.get() as usize - 1, page);
                }
            }
            Step::Drop { .. } => {}
            Step::Replace { page, text } => {
                let at = (page % count) as u32 + 1;
                scans_edited(book, &ScanEdit::Replace { page: number(at), file });
                put(book, at, &lines(text));
            }
            Step::Redo => {
                book.process(&[merged::ROW], &Request::of_stages(["merged"]).redo("again"));
            }
        }
        run(book);
    }

    /// Every edit is on its page, applied or in conflict, or has gone with its page.
    fn check(&self, book: &TestBook) {
        let stored = all_edits(book.store(), book.id()).unwrap();
        let removed = removed_edits(book);
        for (id, (page, change)) in &self.edits {
            let Some(at) = self.pages.iter().position(|found| found == page) else {
                assert!(removed.contains(id), "{id} went with its page: {removed:?}");
                continue;
            };
            let at = at as u32 + 1;
            let of_page = stored.get(&number(at)).map_or(&[][..], Vec::as_slice);
            assert!(of_page.iter().any(|edit| edit.id == *id && edit.edit.change == *change), "{id} is kept");
            let made = book.page::<merged>(at);
            let outcome = made.edits.iter().find(|outcome| outcome.edit == *id).unwrap();
            assert_eq!(outcome.is_conflict(), outcome.problem.is_some());
            let is_last = |other: &&EditChange| match (change, other) {
                (EditChange::Text { block, .. }, EditChange::Text { block: other, .. })
                | (EditChange::Label { block, .. }, EditChange::Label { block: other, .. }) => block == other,
                (one, other) => std::mem::discriminant(one) == std::mem::discriminant(*other),
            };
            let last = of_page.iter().map(|edit| &edit.edit.change).rfind(is_last);
            if outcome.is_conflict() || last != Some(change) {
                continue;
            }
            match change {
                // A later edit of another paragraph may have found the same text.
                EditChange::Text { after, .. } if of_page.len() == 1 => assert!(texts(&made).contains(&after.as_str())),
                EditChange::Label { after, .. } if of_page.len() == 1 => {
                    assert!(made.blocks.iter().any(|block| block.classification == *after));
                }
                EditChange::PageNumber { after, .. } => assert_eq!(made.printed_page_number, *after),
                EditChange::Join { .. } if of_page.len() == 1 => assert!(has_start(&made, ParagraphStart::Joined)),
                EditChange::Split { before, after, .. } if of_page.len() == 1 => {
                    assert!(has_start(&made, ParagraphStart::New));
                    assert!(before.is_empty() || texts(&made).windows(2).any(|two| two == [before, after]));
                }
                EditChange::Delete { text, .. } if of_page.len() == 1 => {
                    let noise = made.blocks.iter().filter(|block| block.classification == Classification::OcrArtifact);
                    assert!(noise.flat_map(|block| &block.paragraphs).any(|paragraph| paragraph.text == *text));
                }
                _ => {}
            }
        }
        let kept: usize = stored.values().map(Vec::len).sum();
        assert_eq!(kept + removed.len(), self.edits.len());
        let state = look(
            book.store(),
            &Registry::of([merged::ROW].into_iter().chain(upstream()).chain([
                ocr::ROW,
                transcribed::ROW,
                corrected::ROW,
                labels::ROW,
            ]))
            .unwrap(),
            book.id(),
        )
        .unwrap();
        let is_valid = |state: &PageState| matches!(state, PageState::Valid(_));
        assert!(state.stage("merged").pages.values().all(is_valid));
    }
}

fn has_start(page: &MergedPage, start: ParagraphStart) -> bool {
    page.blocks.iter().flat_map(|block| &block.paragraphs).any(|paragraph| paragraph.start == Some(start))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_is_ever_lost(steps in steps()) {
        let book = book(&["line 0|line 1|line 2", "line 1", "line 2|line 2"]);
        let mut history = History { pages: vec![1, 2, 3], next: 4, dropped: Vec::new(), edits: BTreeMap::new() };
        for step in &steps {
            history.apply(&book, step);
            history.check(&book);
        }
    }
}
