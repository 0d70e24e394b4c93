//! `verify` finds every change of a file that shelf wrote, and `--repair` lets a book with damaged files go on.

use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;
use serde_json::{Value, json};
use shelf_tests::Shelf;

use super::{shown, with_book};

fn file(shelf: &Shelf, name: &str) -> PathBuf {
    shelf.library().join("book").join(name)
}

fn change(shelf: &Shelf, name: &str, change: impl FnOnce(&mut Value)) {
    let file = file(shelf, name);
    let mut value: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    change(&mut value);
    fs::write(&file, serde_json::to_vec(&value).unwrap()).unwrap();
}

#[test]
fn pages_in_the_wrong_place_and_changed_records_are_found_and_made_again() {
    let (shelf, _scans) = with_book();
    shelf.ok(["process", "book", "--stage", "ocr", "--quiet"]);
    let undisturbed: Vec<Vec<u8>> =
        (1..=3).map(|page| fs::read(file(&shelf, &format!("ocr/page_000{page}.json"))).unwrap()).collect();
    fs::write(file(&shelf, "ocr/page_0001.json"), &undisturbed[1]).unwrap();
    fs::write(file(&shelf, "ocr/page_0002.json"), &undisturbed[0]).unwrap();
    change(&shelf, "ocr/page_0003.json", |page| page["_record"]["metrics"]["words"] = json!(7777));
    assert_snapshot!(shown(&shelf.run(["verify", "book"])), @r"
    book/ocr/page_0001.json: holds page 2 of `ocr`
    book/ocr/page_0002.json: holds page 1 of `ocr`
    book/ocr/page_0003.json: has a record that was modified after it was written (checksum mismatch)
    book: checked 3 records and 7 files; 3 errors
    hint: `shelf process book` makes damaged pages again
    exit 3
    ");
    assert_snapshot!(shown(&shelf.run(["process", "book", "--stage", "ocr", "--quiet"])), @r"
    book: ocr: 3 pages: 3 made
    exit 0
    ");
    assert!(shelf.ok(["verify", "book"]).contains("no errors"));
    let text = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap()["blocks"].clone();
    for (page, before) in (1..=3).zip(&undisturbed) {
        assert_eq!(text(&fs::read(file(&shelf, &format!("ocr/page_000{page}.json"))).unwrap()), text(before), "{page}");
    }
}

#[test]
fn a_page_whose_record_was_removed_is_an_error_in_a_book_that_shelf_added() {
    let (shelf, _scans) = with_book();
    shelf.ok(["process", "book", "--stage", "ocr", "--quiet"]);
    change(&shelf, "ocr/page_0002.json", |page| _ = page.as_object_mut().unwrap().remove("_record"));
    assert_snapshot!(shown(&shelf.run(["verify", "book"])), @r"
    book/ocr/page_0002.json: has no record of how it was made, so it cannot be checked
    book: checked 3 records and 7 files; 1 error
    hint: pages without a record are kept; `shelf process book --pages PAGES --stage STAGE --redo` makes them again
    exit 3
    ");
    shelf.ok(["process", "book", "--pages", "2", "--stage", "ocr", "--redo", "--quiet"]);
    assert!(shelf.ok(["verify", "book"]).contains("no errors"));
}

#[test]
fn edited_metadata_are_no_damage() {
    let (shelf, _scans) = with_book();
    shelf.ok(["set", "book", "title=Another Book", "--quiet"]);
    assert_snapshot!(shown(&shelf.run(["verify", "book"])), @r"
    book: checked 0 records and 7 files; no errors
    exit 0
    ");
    change(&shelf, "metadata.json", |metadata| metadata["title"] = json!("A Third Book"));
    assert_snapshot!(shown(&shelf.run(["verify", "book"])), @r"
    book: checked 0 records and 7 files; no errors
    book/metadata.json was edited since shelf wrote it
    exit 0
    ");
}

#[test]
fn files_without_a_checksum_are_counted() {
    let (shelf, _scans) = with_book();
    shelf.ok(["process", "book", "--stage", "ocr", "--quiet"]);
    change(&shelf, "ocr/page_0002.json", |page| _ = page["_record"].as_object_mut().unwrap().remove("checksum"));
    change(&shelf, "source/page_0003.json", |page| _ = page.as_object_mut().unwrap().remove("checksum"));
    assert_snapshot!(shown(&shelf.run(["verify", "book"])), @r"
    book: checked 3 records and 7 files; no errors
    2 of these were written by an earlier release or another program, without a checksum: changes there are found only in part
    exit 0
    ");
}

#[test]
fn a_damaged_small_file_is_the_failure_of_its_page_and_can_be_moved_aside() {
    let (shelf, _scans) = with_book();
    shelf.ok(["process", "book", "--stage", "ocr", "--quiet"]);
    fs::write(file(&shelf, "source/page_0002.json"), "{").unwrap();
    change(&shelf, "source/page_0003.json", |page| page["resolution"]["dpi"] = json!(72.0));
    for (name, bytes) in [("failed/page_0001.json", "null"), ("redo.json", "[]"), ("replies/one.json", "{ \"reply\": ")]
    {
        let path = file(&shelf, &format!("ocr/{name}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    assert_snapshot!(shown(&shelf.run(["process", "book", "--stage", "ocr", "--quiet"])), @r"
    book: ocr: 3 pages: 2 up to date, 1 blocked
      page 2 blocked: the scan of page 2 cannot be used: book/source/page_0002.json cannot be read: EOF while parsing an object at line 1 column 1 (hint: `shelf verify book --repair` moves the file aside; the scan itself is not touched)
    exit 3
    ");
    assert_snapshot!(shown(&shelf.run(["verify", "book"])), @r"
    book/source/page_0002.json: cannot be read: EOF while parsing an object at line 1 column 1
    book/source/page_0003.json: was modified after it was written (checksum mismatch)
    book/ocr/failed/page_0001.json: cannot be read: invalid type: null, expected struct FailedRecord
    book/ocr/replies/one.json: cannot be read: EOF while parsing a value at line 1 column 11
    book/ocr/redo.json: cannot be read: invalid length 0, expected struct RedoMarker with 2 elements
    book: checked 3 records and 8 files; 5 errors
    hint: `shelf verify book --repair` moves damaged files of shelf's own aside
    exit 3
    ");
    assert_snapshot!(shown(&shelf.run(["verify", "book", "--repair"])), @r"
    book: checked 3 records and 3 files; no errors
    moved book/source/page_0002.json to book/.damaged
    moved book/source/page_0003.json to book/.damaged
    moved book/ocr/failed/page_0001.json to book/.damaged
    moved book/ocr/replies/one.json to book/.damaged
    moved book/ocr/redo.json to book/.damaged
    exit 0
    ");
    let damaged = file(&shelf, ".damaged/source/page_0002.json");
    assert!(damaged.is_file());
    assert_snapshot!(shown(&shelf.run(["process", "book", "--stage", "ocr", "--quiet"])), @r"
    book: ocr: nothing to do, 3 up to date
    exit 0
    ");
    shelf.ok(["page", "book", "drop", "1"]);
    assert!(damaged.is_file(), "editing the scans keeps what was moved aside");
}
