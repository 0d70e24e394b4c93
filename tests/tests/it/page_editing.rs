//! `shelf page`: pages and records of a book whose scans are edited.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::PathBuf;

use image::{GrayImage, ImageFormat, Luma};
use shelf::book::PageNumber;
use shelf::edit::{EditError, EditSummary, RemovedPage, RemovingEdit, Rotation, ScanEdit, edit_scans, removed_pages};
use shelf::inspect::look;
use shelf::plan::Request;
use shelf::prelude::*;
use shelf::registry::Registry;
use shelf::stage::{ScanFile, Stage as _};
use shelf::store::{FolderStore, Store};
use shelf::testing::TestBook;
use shelf::worker::{Task, WorkerPool, worker_task};

/// How light the middle of a scan is, and a file beside the page.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Light {
    pub page_number: u32,
    pub light: u8,
    pub figure: String,
    #[serde(default)]
    pub made: Timestamp,
}

/// Looks at a scan; fails for good on a black one.
#[stage(name = "light")]
pub fn light(page: PageNumber, image: PageImage, files: PageFiles) -> Result<Light> {
    let light = image.with(&MIDDLE, ())?;
    if light == 0 {
        return Err(Failure::new("it is dark"));
    }
    let figure = files.image("img_001.png", vec![light]);
    Ok(Light { page_number: page.get(), light, figure, made: Timestamp::default() })
}

static MIDDLE: Task<(ScanFile, ()), u8> = Task::new("page_editing.middle", middle);
worker_task!(MIDDLE);

fn middle((scan, ()): (ScanFile, ())) -> Result<u8> {
    let picture = image::open(scan.path)?.to_luma8();
    Ok(picture.get_pixel(picture.width() / 2, picture.height() / 2).0[0])
}

/// The book's scans in order.
#[page]
#[derive(Debug, PartialEq)]
pub struct Order {
    pub pages: BTreeMap<u32, Place>,
}

/// What is known of one of them.
#[page]
#[derive(Debug, PartialEq)]
pub struct Place {
    pub is_light: bool,
}

impl ByPage for Order {
    type Part = Place;
}

/// Looks at all of them.
#[stage(name = "order", deps = [light], scope = book)]
pub fn order(light: Pages<Light>) -> Result<Order> {
    let place = |page: Result<(PageNumber, Light)>| {
        page.map(|(page, found)| (page.get(), Place { is_light: found.light > 99 }))
    };
    Ok(Order { pages: light.iter().map(place).collect::<Result<_>>()? })
}

/// A page with its neighbours.
#[page]
#[derive(Debug, PartialEq)]
pub struct Around {
    pub page_number: u32,
    pub lights: Vec<u8>,
}

/// Takes the page, its neighbours and its place.
#[stage(name = "around", deps = [light, order])]
pub fn around(page: PageNumber, light: Window<Light>, order: Part<Place>) -> Result<Around> {
    let pages = [light.previous(), Some(&light.page), light.next()];
    let lights = pages.into_iter().flatten().map(|page| page.light + u8::from(order.is_light));
    Ok(Around { page_number: page.get(), lights: lights.collect() })
}

/// A picture, light above and darker below, so that a turn shows.
fn picture(light: u8) -> Vec<u8> {
    let page = GrayImage::from_fn(60, 90, |_, y| Luma([if y < 80 { light } else { light / 2 }]));
    let mut png = Cursor::new(Vec::new());
    page.write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

/// A book whose scans are so light, all of it made.
fn book(lights: &[u8]) -> TestBook {
    let scans = lights.iter().map(|light| (picture(*light), (60, 90), 300.0));
    let book = TestBook::of_pages(lights.len() as u32).scans(scans);
    run(&book);
    book
}

/// Makes what is to be made, and says which pages that were.
fn run(book: &TestBook) -> Vec<String> {
    let run = book.process(&[around::ROW], &Request::default());
    run.events.into_iter().filter(|event| event.ends_with(": done")).collect()
}

fn registry() -> Registry {
    Registry::of([light::ROW, order::ROW, around::ROW]).unwrap()
}

fn edited(book: &TestBook, edit: &ScanEdit) -> Result<EditSummary, EditError> {
    edit_scans(book.store(), &registry(), &WorkerPool::in_process(), book.id(), edit)
}

fn number(page: u32) -> PageNumber {
    PageNumber::new(page).unwrap()
}

/// A file with a scan that is so light.
fn scan(light: u8) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.png");
    std::fs::write(&file, picture(light)).unwrap();
    (folder, file)
}

fn lights(book: &TestBook) -> Vec<(u32, u8, String)> {
    let pages = look(book.store(), &registry(), book.id()).unwrap().pages;
    let page = |page: &PageNumber| {
        let found = book.page::<light>(page.get());
        (found.page_number, found.light, found.figure)
    };
    pages.iter().map(page).collect()
}

fn verified(book: &TestBook) {
    let state = look(book.store(), &registry(), book.id()).unwrap();
    for stage in state.stages.values() {
        for (page, state) in &stage.pages {
            assert!(matches!(state, shelf::inspect::PageState::Valid(_)), "{page:?}: {state:?}");
        }
    }
}

#[test]
fn an_inserted_page_renumbers_the_others_and_remakes_only_itself_and_its_neighbours() {
    let book = book(&[110, 120, 130, 140, 150]);
    let (_folder, file) = scan(200);
    let done = edited(&book, &ScanEdit::Insert { page: number(3), files: vec![file] }).unwrap();
    assert_eq!((done.new_pages, done.renumbered, done.pages), (vec![number(3)], 3, 6));
    verified(&book);
    assert_eq!(book.bytes("images/page_0006_img_001.png"), Some(vec![150]));
    assert_eq!(book.record::<light>(6).files.keys().collect::<Vec<_>>(), ["images/page_0006_img_001.png"]);
    let made = run(&book);
    assert_eq!(
        made,
        ["light page 3: done", "order: done", "around page 2: done", "around page 3: done", "around page 4: done"]
    );
    let expected: Vec<(u32, u8, String)> = [110, 120, 200, 130, 140, 150]
        .into_iter()
        .zip(1..)
        .map(|(light, page)| (page, light, format!("page_{page:04}_img_001.png")))
        .collect();
    assert_eq!(lights(&book), expected);
    assert_eq!(book.page::<around>(6).lights, [141, 151]);
}

#[test]
fn a_removed_page_is_kept_in_the_book_folder() {
    let book = book(&[110, 120, 130, 140]);
    let done = edited(&book, &ScanEdit::Drop { pages: [number(2)].into() }).unwrap();
    assert_eq!((done.renumbered, done.pages, done.kept_scans.len()), (2, 3, 1));
    let kept = book.bytes(done.kept_scans[0].to_str().unwrap()).unwrap();
    assert_eq!(kept, picture(120));
    verified(&book);
    assert_eq!(run(&book), ["order: done", "around page 1: done", "around page 2: done"]);
    assert_eq!(lights(&book).iter().map(|page| page.1).collect::<Vec<_>>(), [110, 130, 140]);
    assert_eq!(book.bytes("images/page_0004_img_001.png"), None);
    assert_eq!(book.report::<light>(), "page_num\n1\n2\n3\n");
}

#[test]
fn replaced_scan_makes_only_its_page_stale() {
    let book = book(&[110, 120, 0, 140]);
    assert!(book.failure::<light>(3).is_some());
    let (_folder, file) = scan(130);
    let done = edited(&book, &ScanEdit::Replace { page: number(3), file }).unwrap();
    assert_eq!((done.renumbered, done.pages, done.kept_scans.len()), (0, 4, 1));
    let made = run(&book);
    assert_eq!(made[0], "light page 3: done");
    assert!(
        !made.contains(&"light page 1: done".to_owned()) && !made.contains(&"around page 1: done".to_owned()),
        "{made:?}"
    );
    assert_eq!(lights(&book)[2], (3, 130, "page_0003_img_001.png".to_owned()));
    assert!(book.failure::<light>(3).is_none());
}

#[test]
fn a_sideways_page_is_rotated() {
    let book = book(&[110, 120]);
    edited(&book, &ScanEdit::Rotate { page: number(2), rotation: Rotation::Quarter }).unwrap();
    let rotated = image::load_from_memory(&book.bytes("source/page_0002.png").unwrap()).unwrap().to_luma8();
    assert_eq!(rotated.dimensions(), (90, 60));
    // What was at the bottom is at the left now.
    assert_eq!((rotated.get_pixel(5, 30).0, rotated.get_pixel(80, 30).0), ([60], [120]));
    let state = look(book.store(), &registry(), book.id()).unwrap();
    assert_eq!(state.scans[&number(2)].page.as_ref().map(|noted| (noted.width, noted.height)), Some((90, 60)));
}

#[test]
fn a_page_rotated_twice_keeps_both_earlier_scans() {
    let book = book(&[110, 120]);
    let rotated =
        [Rotation::Quarter, Rotation::ThreeQuarters].map(|rotation| ScanEdit::Rotate { page: number(2), rotation });
    let kept: BTreeSet<PathBuf> = rotated.iter().flat_map(|edit| edited(&book, edit).unwrap().kept_scans).collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(kept.iter().all(|scan| book.bytes(&scan.display().to_string()).is_some()));
}

#[test]
fn renumbers_failures_and_unfinished_redo() {
    let book = book(&[110, 0, 130]);
    book.write("light/redo.json", br#"{"id": "today", "pages": [1, 2, 3]}"#);
    edited(&book, &ScanEdit::Drop { pages: [number(1)].into() }).unwrap();
    assert_eq!(book.failure::<light>(1).map(|failed| failed.page.number()), Some(1));
    assert!(book.failure::<light>(2).is_none());
    let redo = book.bytes("light/redo.json").unwrap();
    assert_eq!(String::from_utf8(redo).unwrap(), r#"{"id":"today","pages":[1,2]}"#);
}

#[test]
fn a_refused_edit_changes_nothing() {
    let book = book(&[110, 120]);
    let (folder, file) = scan(130);
    let text = folder.path().join("page_9.png");
    std::fs::write(&text, "not an image").unwrap();
    let before = files(book.store());
    let message = |edit: ScanEdit| edited(&book, &edit).unwrap_err().to_string();
    assert_eq!(
        message(ScanEdit::Replace { page: number(3), file: file.clone() }),
        "page 3 is out of range (`book` has 2 pages)"
    );
    assert_eq!(
        message(ScanEdit::Insert { page: number(4), files: vec![file] }),
        "cannot insert page 4 into `book`, which has 2 pages: expected 1 to 3"
    );
    assert_eq!(message(ScanEdit::Drop { pages: [1, 2].map(number).into() }), "cannot remove all pages of `book`");
    assert!(message(ScanEdit::Insert { page: number(1), files: vec![text] }).contains("not a supported image"));
    book.write("sketches/page_0002.json", b"{}");
    let unknown = message(ScanEdit::Drop { pages: [number(1)].into() });
    assert!(
        unknown.starts_with("cannot renumber the pages in `sketches`: this program has no stage of that name"),
        "{unknown}"
    );
    book.remove("sketches/page_0002.json");
    assert_eq!(files(book.store()), before);
    assert_eq!(run(&book), Vec::<String>::new());
}

fn files(store: &FolderStore) -> Vec<PathBuf> {
    let mut open = vec![store.root().to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files.retain(|path| !path.ends_with(".lock") && !path.ends_with(".adding.lock"));
    files.sort();
    files
}

#[test]
fn a_locked_book_is_not_edited() {
    let book = book(&[110, 120]);
    let lock = book.store().lock(book.id()).unwrap();
    let refused = edited(&book, &ScanEdit::Drop { pages: [number(1)].into() }).unwrap_err();
    assert!(refused.to_string().starts_with("`book` is in use by process"), "{refused}");
    drop(lock);
    edited(&book, &ScanEdit::Drop { pages: [number(1)].into() }).unwrap();
}

fn removed(book: &TestBook) -> Vec<RemovedPage> {
    removed_pages(book.store(), book.id()).unwrap()
}

/// Restores the page that was put aside last with this number.
fn restored(book: &TestBook, page: u32) -> EditSummary {
    let name = removed(book).into_iter().find(|removed| removed.page == number(page)).unwrap().name;
    edited(book, &ScanEdit::Restore { name }).unwrap()
}

#[test]
fn a_replaced_scan_comes_back_with_its_results() {
    let book = book(&[110, 120, 130]);
    let (_folder, file) = scan(200);
    edited(&book, &ScanEdit::Replace { page: number(2), file }).unwrap();
    assert_eq!(removed(&book)[0].removal.as_ref().map(|removal| removal.edit), Some(RemovingEdit::Replace));
    run(&book);
    assert_eq!(lights(&book)[1].1, 200);
    let done = restored(&book, 2);
    assert_eq!((done.new_pages, done.renumbered, done.pages), (vec![number(2)], 0, 3));
    verified(&book);
    assert_eq!(book.page::<light>(2).light, 120);
    assert_eq!(book.bytes("images/page_0002_img_001.png"), Some(vec![120]));
    assert!(!run(&book).iter().any(|made| made.starts_with("light")), "its own page is valid");
    assert_eq!(book.page::<around>(1).lights, [111, 121]);
    // What was there is put aside in turn, with its results.
    assert_eq!(removed(&book)[0].removal.as_ref().map(|removal| removal.edit), Some(RemovingEdit::Restore));
    restored(&book, 2);
    assert_eq!(book.page::<light>(2).light, 200);
    assert!(!run(&book).iter().any(|made| made.starts_with("light")));
}

#[test]
fn a_scan_that_was_replaced_before_it_was_read_leaves_the_results_to_their_fingerprints() {
    let book = TestBook::of_pages(1).scans([(picture(110), (60, 90), 300.0)]);
    let (_folder, file) = scan(200);
    edited(&book, &ScanEdit::Replace { page: number(1), file }).unwrap();
    run(&book);
    restored(&book, 1);
    assert_eq!(run(&book)[0], "light page 1: done", "it was made of the other scan");
    assert_eq!(book.page::<light>(1).light, 110);
}

#[test]
fn a_removed_page_comes_back_where_it_was() {
    let book = book(&[110, 120, 130, 140, 150]);
    edited(&book, &ScanEdit::Drop { pages: [2, 3, 4].map(number).into() }).unwrap();
    run(&book);
    let (_folder, file) = scan(200);
    edited(&book, &ScanEdit::Insert { page: number(1), files: vec![file] }).unwrap();
    run(&book);
    for page in [3, 4, 2] {
        restored(&book, page);
        verified(&book);
    }
    assert_eq!(removed(&book), []);
    assert_eq!(book.bytes("images/page_0004_img_001.png"), Some(vec![130]));
    let made = run(&book);
    assert!(!made.iter().any(|made| made.starts_with("light")), "{made:?}");
    let expected: Vec<(u32, u8)> = (1..).zip([200, 110, 120, 130, 140, 150]).collect();
    assert_eq!(lights(&book).iter().map(|page| (page.0, page.1)).collect::<Vec<_>>(), expected);
}

#[test]
fn an_undone_removal_leaves_nothing_to_make_but_what_saw_the_gap() {
    let book = book(&[110, 120, 130, 140, 150]);
    edited(&book, &ScanEdit::Drop { pages: [number(3)].into() }).unwrap();
    restored(&book, 3);
    verified(&book);
    let made = run(&book);
    assert_eq!(made, ["around page 2: done", "around page 4: done"], "their records no longer name page 3");
}

#[test]
fn a_scan_that_moved_since_comes_back_in_the_place_of_its_replacement() {
    let book = book(&[110, 120, 130]);
    let (_folder, file) = scan(200);
    edited(&book, &ScanEdit::Replace { page: number(2), file }).unwrap();
    edited(&book, &ScanEdit::Rotate { page: number(2), rotation: Rotation::Half }).unwrap();
    edited(&book, &ScanEdit::Drop { pages: [number(1)].into() }).unwrap();
    let first = removed(&book).into_iter().rfind(|page| page.page == number(2)).unwrap();
    let done = edited(&book, &ScanEdit::Restore { name: first.name }).unwrap();
    assert_eq!((done.new_pages, done.pages), (vec![number(1)], 2));
    assert_eq!(book.bytes("source/page_0001.png").unwrap(), picture(120));
}

#[test]
fn a_page_that_an_earlier_release_put_aside_becomes_a_page_of_its_own() {
    let book = book(&[110, 120]);
    book.write("removed/page_0002_2025-01-02T030405.png", &picture(90));
    assert_eq!((removed(&book)[0].when(), removed(&book)[0].removal.is_none()), ("2025-01-02T030405", true));
    assert_eq!(restored(&book, 2).pages, 3);
    run(&book);
    assert_eq!(lights(&book).iter().map(|page| page.1).collect::<Vec<_>>(), [110, 90, 120]);
}

#[test]
fn pages_that_are_not_put_aside_and_folders_that_lead_away_are_refused() {
    let book = book(&[110, 120]);
    let missing = edited(&book, &ScanEdit::Restore { name: "2".to_owned() }).unwrap_err();
    assert_eq!(missing.to_string(), "`book` has no page 2 that could be restored");
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), book.store().book_folder(book.id()).join("removed")).unwrap();
    let refused = edited(&book, &ScanEdit::Drop { pages: [number(2)].into() }).unwrap_err();
    assert!(refused.to_string().ends_with("leads out of the library"), "{refused}");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}
