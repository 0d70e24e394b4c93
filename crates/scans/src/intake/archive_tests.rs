//! Adding books from archives, in this process.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::tests::{Library, png_page};

/// An archive of these files.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn the_scans_of_an_archive_are_pages_in_natural_order() {
    let library = Library::new();
    let [cover, first, second, last] = [png_page(0), png_page(1), png_page(2), png_page(3)];
    let files: [(&str, &[u8]); 7] = [
        ("book/p10.png", &last),
        ("book/p2.png", &second),
        ("book/p1.png", &first),
        ("book/_cover.png", &cover),
        ("ComicInfo.xml", b"<ComicInfo/>"),
        ("__MACOSX/book/._p1.png", b"x"),
        ("../../evil.png", &last),
    ];
    let book = library.file("My Book.cbz", &archive(&files));
    let added = library.add_files(std::slice::from_ref(&book)).unwrap();
    assert_eq!((added.title.as_str(), added.pages, added.failed.len()), ("My Book", 4, 0));
    for (number, bytes) in [(1, &cover), (2, &first), (3, &second), (4, &last)] {
        let scan = std::fs::read(library.path("source").join(&library.page(number).image)).unwrap();
        assert_eq!(&scan, bytes, "page {number}");
    }
    assert_eq!(library.page(2).origin.file, "p1.png");
    assert_eq!(library.metadata().source_files, ["My Book.cbz"]);
    for skipped in ["ComicInfo.xml", "evil.png"] {
        assert!(added.warnings.iter().any(|warning| warning.text.contains(skipped)), "{:?}", added.warnings);
    }
    let parents = book.ancestors().skip(1).take(3);
    assert!(parents.map(|folder| folder.join("evil.png")).all(|file| !file.exists()));
    let left = std::fs::read_dir(library.store.root()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| name == "book" || name == ".adding.lock"), "nothing else is left");
}

#[test]
fn pages_of_an_archive_stand_where_the_archive_does() {
    let library = Library::new();
    let scans = library.file("scans/b.zip", &archive(&[("2.png", &png_page(2)), ("1.png", &png_page(1))]));
    library.file("scans/a.png", &png_page(0));
    library.file("scans/c.png", &png_page(3));
    let added = library.add_files(&[scans.parent().unwrap().to_owned()]).unwrap();
    assert_eq!(added.pages, 4);
    let origins: Vec<String> = (1..=4).map(|page| library.page(page).origin.file).collect();
    assert_eq!(origins, ["a.png", "1.png", "2.png", "c.png"]);
    assert_eq!(library.metadata().source_files, ["a.png", "b.zip", "c.png"]);
}

#[test]
fn an_archive_without_scans_is_refused_or_skipped() {
    let library = Library::new();
    let report = library.file("scans/report.docx", &archive(&[("word/document.xml", b"<w:document/>")]));
    let error = library.add_files(std::slice::from_ref(&report)).unwrap_err();
    assert!(error.to_string().contains("no scans are in it"), "{error}");
    assert!(error.hint().unwrap().contains("PDF"));
    assert!(library.is_empty());
    library.file("scans/a.png", &png_page(0));
    let added = library.add_files(&[report.parent().unwrap().to_owned()]).unwrap();
    assert_eq!(added.pages, 1);
    assert!(added.warnings[0].text.contains("report.docx"), "{:?}", added.warnings);
}

#[test]
fn a_damaged_archive_leaves_nothing_behind() {
    let library = Library::new();
    let mut bytes = archive(&[("1.png", &png_page(1)), ("2.png", &png_page(2))]);
    bytes[60..90].fill(0xAA);
    let damaged = library.file("damaged.zip", &bytes);
    assert!(library.add_files(&[damaged]).is_err());
    let truncated = library.file("truncated.zip", &archive(&[("1.png", &png_page(1))])[..200]);
    assert!(library.add_files(&[truncated]).is_err());
    assert!(library.is_empty());
}

#[test]
fn a_scan_that_has_to_be_converted_keeps_its_place_in_a_folder() {
    let library = Library::new();
    let photo = library.file("scans/p2.heic", b"\0\0\0\x18ftypheic\0\0\0\0");
    library.file("scans/p1.png", &png_page(1));
    library.file("scans/p3.png", &png_page(3));
    library.file("scans/cover.psd", b"8BPS\0\x01");
    let added = library.add_files(&[photo.parent().unwrap().to_owned()]).unwrap();
    assert_eq!(added.pages, 3);
    let [(page, failure)] = added.failed.as_slice() else { panic!("{:?}", added.failed) };
    assert_eq!(page.get(), 2);
    assert!(failure.error.contains("HEIC") && failure.hint.as_ref().unwrap().contains("heif-convert"), "{failure}");
    assert!(added.warnings[0].text.contains("cover.psd"), "{:?}", added.warnings);
}
