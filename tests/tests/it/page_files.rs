//! Files that stages write beside their pages: none overwrites another.

use shelf::plan::Request;
use shelf::prelude::*;
use shelf::stage::Stage as _;
use shelf::testing::TestBook;

/// A page with files.
#[page]
#[derive(Debug)]
pub struct Filed {
    files: Vec<String>,
}

/// Writes a file into its own folder, and one into `images`.
#[stage(name = "drawing", parallelism = cpu)]
pub fn drawing(files: PageFiles) -> Result<Filed> {
    Ok(Filed { files: vec![files.add("note.txt", b"mine".to_vec()), files.image("plate.txt", b"drawing".to_vec())] })
}

/// Writes files of the same names.
#[stage(name = "engraving", parallelism = cpu)]
pub fn engraving(files: PageFiles) -> Result<Filed> {
    Ok(Filed { files: vec![files.add("note.txt", b"yours".to_vec()), files.image("plate.txt", b"engraving".to_vec())] })
}

/// Writes one file twice.
#[stage(name = "etching", parallelism = cpu)]
pub fn etching(files: PageFiles) -> Result<Filed> {
    Ok(Filed { files: vec![files.add("note.txt", vec![1]), files.add("note.txt", vec![2])] })
}

#[test]
fn a_file_is_named_after_its_page_and_lies_in_the_folder_of_the_stage() {
    let book = TestBook::of_pages(2);
    book.run::<drawing>();
    assert_eq!(book.page::<drawing>(2).files, ["page_0002_note.txt", "page_0002_plate.txt"]);
    assert_eq!(book.bytes("drawing/page_0002_note.txt").as_deref(), Some(b"mine".as_slice()));
    let files = book.record::<drawing>(2).files;
    assert_eq!(files.keys().collect::<Vec<_>>(), ["drawing/page_0002_note.txt", "images/page_0002_plate.txt"]);
}

#[test]
fn a_stage_does_not_overwrite_the_file_of_another() {
    let problem = "stage `drawing` has already written `images/page_0001_plate.txt`, and `engraving` would overwrite it";
    let book = TestBook::of_pages(1);
    book.run::<drawing>();
    book.run::<engraving>();
    let failure = book.failure::<engraving>(1).unwrap().failure;
    assert_eq!(failure.error, problem);
    assert!(failure.hint.is_some() && !failure.transient);
    assert_eq!(book.bytes("images/page_0001_plate.txt").as_deref(), Some(b"drawing".as_slice()));
    assert_eq!(book.bytes("drawing/page_0001_note.txt").as_deref(), Some(b"mine".as_slice()));
    assert_eq!(book.bytes("engraving/page_0001_note.txt"), None);
}

#[test]
fn of_two_stages_in_one_run_only_one_writes_a_file() {
    let book = TestBook::of_pages(1);
    book.process(&[drawing::ROW, engraving::ROW], &Request::default());
    let failed = [book.failure::<drawing>(1), book.failure::<engraving>(1)];
    assert_eq!(failed.iter().flatten().count(), 1);
}

#[test]
fn a_stage_may_write_its_own_file_again() {
    let book = TestBook::of_pages(1);
    book.run::<drawing>();
    book.process(&[drawing::ROW], &Request::default().redo("again"));
    assert!(book.failure::<drawing>(1).is_none());
}

#[test]
fn a_page_that_writes_one_file_twice_fails() {
    let book = TestBook::of_pages(1);
    book.run::<etching>();
    let failure = book.failure::<etching>(1).unwrap().failure;
    assert_eq!(failure.error, "the stage writes `etching/page_0001_note.txt` twice for one page");
}
