//! Text that comes with scans, from `add` to the page that is made of it.

use std::path::{Path, PathBuf};

use image::{GrayImage, Luma};
use serde_json::Value;
use shelf::draw::{Document, PageFormat};
use shelf::registry::Registry;
use shelf::stage::Stage as _;
use shelf::testing::TestBook;
use shelf_export::{ExportBook, ExportOptions, Output, formats};
use shelf_pages::testing::TestPage;
use shelf_pages::{Bbox, OcrPage};
use shelf_tests::Shelf;
use stages::merged::merged;
use stages::ocr::ocr;
use stages::structure::structure;

fn shelf() -> Shelf {
    Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"))
}

/// A page of two paragraphs with a word that is divided at the end of a line.
fn page() -> TestPage {
    TestPage::new(
        "CHAPTER I.\n\nIt was a great under-\ntaking, said the land-lord & his wife,\nand so it ended “at last”.",
    )
}

/// What shelf exports of a book of that page, as a file in this folder.
fn exported(format: &str, folder: &Path) -> PathBuf {
    let mut scan = std::io::Cursor::new(Vec::new());
    let white = GrayImage::from_pixel(1000, 1600, Luma([250]));
    white.write_to(&mut scan, image::ImageFormat::Png).unwrap();
    let book = TestBook::of_pages(1).scans([(scan.into_inner(), (1000, 1600), 200.0)]);
    book.put::<ocr>(1, &page().ocr());
    book.put::<merged>(1, &page().merged());
    book.run::<structure>();
    let others = {
        use stages::{
            corrected::corrected, labels::labels, pagination::pagination, transcribed::transcribed,
            vocabulary::vocabulary,
        };
        [transcribed::ROW, corrected::ROW, labels::ROW, pagination::ROW, vocabulary::ROW]
    };
    let registry = Registry::of([ocr::ROW, merged::ROW, structure::ROW].into_iter().chain(others)).unwrap();
    let opened = ExportBook::open(book.store(), &registry, book.id(), None).unwrap();
    let format = formats().iter().find(|known| known.name == format).unwrap();
    let mut output = Output::new(&folder.join(format!("scan.{}", format.extension)));
    (format.write)(&opened, &mut output, &ExportOptions::new()).unwrap();
    output.finish().unwrap().swap_remove(0)
}

fn save_scan(folder: &Path) {
    GrayImage::from_pixel(1000, 1600, Luma([250])).save(folder.join("scan.png")).unwrap();
}

fn words(page: &OcrPage) -> Vec<(String, Bbox)> {
    page.words().map(|word| (word.text.clone(), word.bbox)).collect()
}

#[test]
fn what_shelf_exports_is_read_again_as_it_was() {
    for (format, extension, across, down) in [("pdf", "pdf", 2, 12), ("hocr", "hocr", 1, 1), ("alto", "xml", 1, 1)] {
        let (shelf, folder) = (shelf(), tempfile::tempdir().unwrap());
        let file = exported(format, folder.path());
        let input = if format == "pdf" {
            file
        } else {
            let beside = folder.path().join(format!("scan.{extension}"));
            if file != beside {
                std::fs::rename(file, beside).unwrap();
            }
            save_scan(folder.path());
            folder.path().join("scan.png")
        };
        let added = shelf.ok(["add".as_ref(), input.as_os_str(), "--id".as_ref(), "book".as_ref()]);
        assert!(added.contains("1 of 1 pages bring their own text"), "{format}: {added}");
        shelf.ok(["process", "book", "--stage", "ocr", "--existing-text", "use", "--quiet"]);
        let read: OcrPage = serde_json::from_value(shelf.json("book/ocr/page_0001.json")).unwrap();
        let (found, expected) = (words(&read), words(&page().ocr()));
        let texts = |words: &[(String, Bbox)]| words.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&found), texts(&expected), "{format}");
        for ((word, found), (_, expected)) in found.iter().zip(&expected) {
            let is_near = |one: u32, other: u32, px: u32| one.abs_diff(other) <= px;
            let fits = is_near(found.x, expected.x, across) && is_near(found.right(), expected.right(), across);
            let fits = fits && is_near(found.y, expected.y, down) && is_near(found.bottom(), expected.bottom(), down);
            assert!(fits, "{format}: {word}: {found:?}, expected {expected:?}");
        }
        let source = read.text_source.unwrap();
        assert_eq!(source.states_confidence, format != "pdf");
        assert!(shelf.ok(["verify", "book"]).contains("no errors"));
    }
}

/// An hOCR file of one word on a page of this size.
fn hocr(word: &str, (width, height): (u32, u32)) -> String {
    format!(
        "<html><body><div class='ocr_page' title='bbox 0 0 {width} {height}'><span class='ocr_line' title='bbox 10 20 60 40'>\
         <span class='ocrx_word' title='bbox 10 20 60 40; x_wconf 91'>{word}</span></span></div></body></html>"
    )
}

/// A folder of scans of 100 × 200 px, each with its text.
fn scans_with_text(texts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in texts {
        // Each scan has a shade of its own.
        let shade = 200 + (name.bytes().map(u32::from).sum::<u32>() % 50) as u8;
        GrayImage::from_pixel(100, 200, Luma([shade])).save(folder.path().join(format!("{name}.png"))).unwrap();
        if !text.is_empty() {
            std::fs::write(folder.path().join(format!("{name}.hocr")), text).unwrap();
        }
    }
    folder
}

fn add(shelf: &Shelf, folder: &Path) -> shelf_tests::Ended {
    shelf.run([
        "add".as_ref(),
        folder.as_os_str(),
        "--id".as_ref(),
        "book".as_ref(),
        "--language".as_ref(),
        "en".as_ref(),
    ])
}

#[test]
fn broken_text_is_reported_and_does_not_cost_its_scan() {
    let shelf = shelf();
    let size = (100, 200);
    let broken = hocr("two", size).replace("bbox 10 20 60 40; x", "bbox here; x");
    let folder =
        scans_with_text(&[("1", &hocr("one", size)), ("2", &broken), ("3", &hocr("three", (900, 200))), ("4", "")]);
    let added = add(&shelf, folder.path());
    assert_eq!(added.code, Some(3), "{added:?}");
    let lines: Vec<&str> = added.out.lines().skip(1).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "1 of 4 pages bring their own text; it is kept, and `shelf process --existing-text use` reads it instead of recognising the scans",
            "page 2 was added without its text: cannot read the hOCR file 2.hocr: line 1: invalid bounding box \"here\"",
            "page 3 was added without its text: cannot read the hOCR file 3.hocr: it describes a page of 900 × 200, and the scan has 100 × 200 px: the shapes differ",
        ]
    );
    let text = shelf.json("book/existing_text/page_0001.json");
    assert_eq!(text["blocks"][0]["paragraphs"][0]["lines"][0]["words"][0]["text"], "one");
    assert!(!shelf.library().join("book/existing_text/page_0002.json").exists());
    assert_eq!(shelf.json("book/source/page_0003.json").get("existing_text"), None);
}

/// The word of every page that has text, and its box.
fn existing(shelf: &Shelf) -> Vec<String> {
    let page = |number: u32| {
        let noted = shelf.json(&format!("book/source/page_{number:04}.json"));
        if noted.get("existing_text").is_none() {
            return "-".to_owned();
        }
        let text = shelf.json(&format!("book/existing_text/page_{number:04}.json"));
        let word = &text["blocks"][0]["paragraphs"][0]["lines"][0]["words"][0];
        format!("{} {} {}", word["text"].as_str().unwrap(), word["bbox"]["x"], word["bbox"]["y"])
    };
    let pages = shelf.json("book/metadata.json")["total_pages"].as_u64().unwrap();
    (1..=pages as u32).map(page).collect()
}

#[test]
fn text_moves_with_its_scan() {
    let shelf = shelf();
    let size = (100, 200);
    let folder = scans_with_text(&[("1", &hocr("one", size)), ("2", &hocr("two", size)), ("3", &hocr("three", size))]);
    assert_eq!(add(&shelf, folder.path()).code, Some(0));
    assert_eq!(existing(&shelf), ["one 10 20", "two 10 20", "three 10 20"]);
    shelf.ok(["page", "book", "drop", "1"]);
    assert_eq!(existing(&shelf), ["two 10 20", "three 10 20"]);
    shelf.ok(["page", "book", "restore", "1"]);
    assert_eq!(existing(&shelf), ["one 10 20", "two 10 20", "three 10 20"]);
    shelf.ok(["page", "book", "rotate", "2", "180"]);
    assert_eq!(existing(&shelf), ["one 10 20", "two 40 160", "three 10 20"]);
    let others = scans_with_text(&[("new", &hocr("new", size)), ("bare", "")]);
    let replace = |page: &str, name: &str| {
        let file = others.path().join(name);
        shelf.ok(["page".as_ref(), "book".as_ref(), "replace".as_ref(), page.as_ref(), file.as_os_str()]);
    };
    replace("1", "bare.png");
    replace("3", "new.png");
    assert_eq!(existing(&shelf), ["-", "two 40 160", "new 10 20"]);
    assert!(!shelf.library().join("book/existing_text/page_0001.json").exists());
    shelf.ok(["page", "book", "restore", "3"]);
    assert_eq!(existing(&shelf), ["-", "two 40 160", "three 10 20"]);
    assert!(shelf.ok(["verify", "book"]).contains("no errors"));
    let path = shelf.library().join("book/existing_text/page_0002.json");
    std::fs::write(path, "{}").unwrap();
    assert!(shelf.run(["verify", "book"]).out.contains("existing_text/page_0002.json: was modified (hash mismatch)"));
}

#[test]
fn pages_are_made_again_only_if_they_read_the_text() {
    let shelf = shelf();
    let folder = tempfile::tempdir().unwrap();
    let words = "A page of prose that is read in a moment, and has enough words to be compared with others. ";
    let drawn = Document::new().prose(&words.repeat(3)).typeset(&PageFormat::octavo().at_dpi(150)).remove(0);
    let size = drawn.image.dimensions();
    for name in ["1", "2"] {
        drawn.image.save(folder.path().join(format!("{name}.png"))).unwrap();
    }
    std::fs::write(folder.path().join("1.hocr"), hocr("else", size)).unwrap();
    assert_eq!(add(&shelf, folder.path()).code, Some(0));
    let process = |how: &[&str]| shelf.ok([&["process", "book", "--stage", "ocr", "--quiet"], how].concat());
    let page = |number: u32| shelf.json(&format!("book/ocr/page_{number:04}.json"));
    let reads_text = |page: &Value| page["_record"]["fingerprint"]["inputs"].get("existing_text").is_some();
    process(&[]);
    let ignored = page(1);
    assert!(!reads_text(&ignored) && ignored.get("text_source").is_none());
    process(&["--existing-text", "compare"]);
    let compared = |number: u32| page(number)["_record"]["metrics"]["text_difference"].as_f64();
    assert!(compared(1).unwrap() > 0.9 && compared(2).is_none(), "{:?} {:?}", compared(1), compared(2));
    let flagged = shelf.ok(["report", "book", "--stage", "ocr", "--flagged"]);
    assert!(flagged.contains("text difference"), "{flagged}");
    process(&["--existing-text", "use"]);
    assert!(reads_text(&page(1)) && !reads_text(&page(2)));
    assert_eq!(page(1)["blocks"][0]["paragraphs"][0]["text"], "else");
    assert_eq!(page(1)["text_source"]["format"], "hOCR");
    assert_eq!(page(1)["blocks"][0]["paragraphs"][0]["avg_confidence"], 0.91);
    assert!(page(2)["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty()), "it has no text: it is recognised");
}
