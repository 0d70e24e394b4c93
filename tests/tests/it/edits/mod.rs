//! What a person knows of a page survives every run: edits are applied, or in conflict and listed, but never lost.

mod cases;
mod history;

use std::io::Cursor;
use std::path::PathBuf;

use image::{GrayImage, ImageFormat, Luma};
use shelf::book::PageNumber;
use shelf::edit::{EditSummary, ScanEdit, edit_scans, removed_pages};
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
