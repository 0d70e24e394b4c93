//! Spreads, from `add` to the text of their pages.

use std::fs;

use image::{GrayImage, Luma};
use insta::assert_snapshot;
use shelf::draw::{Document, DrawnPage, PageFormat};
use shelf_tests::Shelf;

const VERSO: &str = "The left page speaks of the harbour, and of ships that came in with the morning tide. ";
const RECTO: &str = "The right page tells of mountains, and of snow that fell upon the silent villages. ";

fn page(text: &str) -> DrawnPage {
    Document::new().prose(&text.repeat(12)).typeset(&PageFormat::octavo().at_dpi(200)).remove(0)
}

/// Two pages with the shadow of their gutter.
fn spread() -> GrayImage {
    let (left, right) = (page(VERSO).image, page(RECTO).image);
    let gutter = left.width();
    GrayImage::from_fn(2 * gutter, left.height(), |x, y| {
        let light = if x < gutter { left.get_pixel(x, y).0[0] } else { right.get_pixel(x - gutter, y).0[0] };
        let shadow = 60_u32.saturating_sub(x.abs_diff(gutter)) * 2;
        Luma([light.saturating_sub(shadow as u8)])
    })
}

#[test]
fn both_pages_of_a_spread_are_read_in_order() {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    let scans = tempfile::tempdir().unwrap();
    page("A page that stands alone before the others, as a title does. ")
        .image
        .save(scans.path().join("1.png"))
        .unwrap();
    spread().save(scans.path().join("2.png")).unwrap();
    let added = shelf.ok(["add".as_ref(), scans.path().as_os_str(), "--id".as_ref(), "book".as_ref()]);
    let warnings: Vec<&str> = added.lines().skip(1).collect();
    assert_snapshot!(warnings.join("\n"), @"  2-3: halves of a spread (`--spreads keep` keeps them whole)");
    shelf.ok(["process", "book", "--stage", "ocr", "--quiet"]);
    let text = |page: &str| shelf.ok(["show", "book", "--page", page]);
    for (number, here, elsewhere) in [("2", "harbour", "mountains"), ("3", "mountains", "harbour")] {
        let text = text(number);
        assert!(text.contains(here) && !text.contains(elsewhere), "page {number}: {text}");
    }
    let status = shelf.ok(["status", "book"]);
    assert_eq!(status.lines().last(), Some("1 spread was split: scans 2-3"), "{status}");
    let json: serde_json::Value = serde_json::from_str(&shelf.ok(["status", "book", "--json"])).unwrap();
    assert_eq!(json[0]["spreads"], serde_json::json!([[2, 3]]));
    assert!(shelf.library().join("book/source/spread_2.png").is_file());
    assert!(shelf.ok(["verify", "book"]).contains("no errors"));
}

#[test]
fn verify_finds_a_change_of_an_original_that_is_kept() {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    let scans = tempfile::tempdir().unwrap();
    spread().save(scans.path().join("1.png")).unwrap();
    page(RECTO).image.save(scans.path().join("2.png")).unwrap();
    shelf.ok(["add".as_ref(), scans.path().as_os_str(), "--id".as_ref(), "book".as_ref()]);
    shelf.ok(["page", "book", "drop", "3"]);
    let source = |name: &str| shelf.library().join("book/source").join(name);
    let original = source("spread_1.png");
    assert_eq!(shelf.run(["verify", "book"]).err, "");
    let bytes = fs::read(&original).unwrap();
    fs::write(&original, &bytes[1..]).unwrap();
    let found = shelf.run(["verify", "book"]);
    assert!(found.out.starts_with("book/source/spread_1.png: was modified (hash mismatch)\n"), "{found:?}");
    assert!(found.code == Some(3) && found.err.contains("hint: the scans that were taken from it"), "{found:?}");
    fs::remove_file(&original).unwrap();
    assert!(shelf.run(["verify", "book"]).out.starts_with("book/source/spread_1.png: is missing\n"));
    fs::write(&original, &bytes).unwrap();
    assert!(shelf.ok(["verify", "book"]).ends_with("no errors\n"));
    // A book of an earlier release has no hashes of them.
    fs::remove_file(source("originals.json")).unwrap();
    let found = shelf.run(["verify", "book"]);
    assert!(
        found.code == Some(0) && found.err.starts_with("1 of these was written by an earlier release"),
        "{found:?}"
    );
}

#[test]
fn spreads_keep_makes_one_page() {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    let scans = tempfile::tempdir().unwrap();
    let file = scans.path().join("spread.png");
    spread().save(&file).unwrap();
    shelf.ok(["add".as_ref(), file.as_os_str(), "--spreads".as_ref(), "keep".as_ref()]);
    assert!(!shelf.ok(["status", "spread"]).contains("split"));
    let refused = shelf.run(["add".as_ref(), file.as_os_str(), "--spreads".as_ref(), "halve".as_ref()]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("possible values: auto, split, keep"), "{}", refused.err);
}
