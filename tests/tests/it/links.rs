//! Symbolic links in a library that somebody gave to the user: nothing outside the library is read, shown or written.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::json;
use shelf_tests::{Ended, Shelf};

const SECRET: &str = "of-somebody-else-8d21";

/// A library with a book of two pages, and a folder outside with a secret.
fn library() -> (Shelf, tempfile::TempDir) {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    let source = shelf.library().join("book/source");
    fs::create_dir_all(&source).unwrap();
    for page in 1..=2 {
        image::GrayImage::from_pixel(300, 400, image::Luma([200 + page]))
            .save(source.join(format!("page_000{page}.png")))
            .unwrap();
    }
    fs::write(shelf.library().join("book/metadata.json"), json!({ "title": "A Book", "total_pages": 2 }).to_string())
        .unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), format!("{SECRET} = 1\n")).unwrap();
    (shelf, outside)
}

/// Whether it was refused, without showing the secret.
fn assert_refused(ended: &Ended, link: &str) {
    assert!(!ended.out.contains(SECRET) && !ended.err.contains(SECRET), "{ended:?}");
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.err.contains(link) && ended.err.contains("leads out of the library"), "{ended:?}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn settings_are_not_read_from_outside() {
    let (shelf, outside) = library();
    symlink(outside.path().join("secret"), shelf.library().join("shelf.toml")).unwrap();
    for command in [&["plan", "book"][..], &["process", "book"], &["status", "book"], &["config"]] {
        assert_refused(&shelf.run(command), "shelf.toml");
    }
}

#[test]
fn the_demo_is_not_written_outside() {
    let (shelf, outside) = library();
    symlink(outside.path(), shelf.library().join("demo-files")).unwrap();
    assert_refused(&shelf.run(["demo"]), "demo-files");
    fs::remove_file(shelf.library().join("demo-files")).unwrap();
    fs::create_dir(shelf.library().join("demo-files")).unwrap();
    symlink(outside.path().join("new.pdf"), shelf.library().join("demo-files/demo.pdf")).unwrap();
    assert_refused(&shelf.run(["demo"]), "demo.pdf");
    assert_eq!(files(outside.path()), [outside.path().join("secret")]);
}

/// Figures of a page that comes back would be written where the folder leads.
#[test]
fn edits_of_scans_write_and_take_nothing_outside() {
    let (shelf, outside) = library();
    shelf.ok(["page", "book", "drop", "2"]);
    let removed = shelf.library().join("book/removed");
    let name = files(&removed).into_iter().find(|path| path.is_dir()).unwrap();
    fs::create_dir(name.join("images")).unwrap();
    fs::write(name.join("images/page_0002_fig1.png"), "figure").unwrap();
    let images = shelf.library().join("book/images");
    symlink(outside.path(), &images).unwrap();
    assert_refused(&shelf.run(["page", "book", "restore", "2"]), "images");
    assert_eq!(files(outside.path()), [outside.path().join("secret")]);
    fs::remove_file(&images).unwrap();
    fs::remove_dir_all(name.join("images")).unwrap();
    fs::write(outside.path().join("page_0002_fig1.png"), SECRET).unwrap();
    symlink(outside.path(), name.join("images")).unwrap();
    assert_refused(&shelf.run(["page", "book", "restore", "2"]), "images");
    assert!(!images.exists());
    fs::remove_file(name.join("images")).unwrap();
    shelf.ok(["page", "book", "restore", "2"]);
}

#[test]
fn titles_of_deleted_books_are_not_read_from_outside() {
    let (shelf, outside) = library();
    let metadata = shelf.library().join("book/metadata.json");
    fs::write(outside.path().join("metadata.json"), json!({ "title": SECRET, "total_pages": 2 }).to_string()).unwrap();
    fs::remove_file(&metadata).unwrap();
    symlink(outside.path().join("metadata.json"), &metadata).unwrap();
    for command in [&["list"][..], &["delete", "book", "--yes"], &["trash", "list"], &["list"]] {
        let ended = shelf.run(command);
        assert!(!ended.out.contains(SECRET) && !ended.err.contains(SECRET), "{command:?}: {ended:?}");
    }
}

#[test]
fn what_is_spent_is_not_written_outside() {
    let (shelf, outside) = library();
    symlink(outside.path(), shelf.library().join(".ledger")).unwrap();
    assert_refused(&shelf.run(["verify", "book"]), ".ledger");
    assert_refused(&shelf.run(["status", "book"]), ".ledger");
    assert_eq!(files(outside.path()), [outside.path().join("secret")]);
}
