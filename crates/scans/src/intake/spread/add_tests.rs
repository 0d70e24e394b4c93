//! Whole additions of books with spreads.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use image::{DynamicImage, GrayImage, ImageFormat, Luma};

use super::Spreads;
use super::tests::{beside, pages};
use crate::intake::tests::Library;
use crate::intake::{AddRequest, Added};
use shelf_runtime::book::{Half, PageNumber, ScanId};
use shelf_runtime::store::Store;

fn png(picture: &GrayImage) -> Vec<u8> {
    encoded(picture, ImageFormat::Png)
}

fn encoded(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(picture.clone()).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Verso and recto in one picture.
fn opening(seed: u64) -> GrayImage {
    let pages = pages(seed);
    beside(&pages[1], &pages[2])
}

fn add(library: &Library, inputs: Vec<PathBuf>, spreads: Spreads, language: &str) -> Added {
    let id: ScanId = "book".parse().unwrap();
    let languages = vec![language.to_owned()];
    library.add(&AddRequest { inputs, id: Some(id), languages, spreads, ..AddRequest::default() }).unwrap()
}

fn picture(library: &Library, page: u32) -> GrayImage {
    image::open(library.path("source").join(&library.page(page).image)).unwrap().into_luma8()
}

#[test]
fn the_pages_of_a_spread_are_numbered_among_the_others() {
    let library = Library::new();
    let (single, spread) = (pages(1).swap_remove(0), opening(2));
    let bytes = encoded(&spread, ImageFormat::Bmp);
    let files = vec![
        library.file("1.png", &png(&single)),
        library.file("page_0002.bmp", &bytes),
        library.file("p3.png", &png(&single)),
    ];
    let added = add(&library, files, Spreads::Auto, "en");
    assert_eq!((added.pages, library.metadata().total_pages), (4, 4));
    assert_eq!(library.metadata().source_files, ["1.png", "p3.png", "page_0002.bmp"]);
    let halves = [1, 2, 3, 4].map(|page| library.page(page).origin.half);
    assert_eq!(halves, [None, None, Some(Half::Left), Some(Half::Right)]);
    let (left, right) = (picture(&library, 3), picture(&library, 4));
    assert_eq!(beside(&left, &right), spread, "together the halves are the picture");
    assert_eq!(library.page(3).origin.file, "page_0002.bmp");
    assert_eq!(fs::read(library.path("source/spread_page_0002.bmp")).unwrap(), bytes, "it is kept byte for byte");
    let note = added.notes.iter().find(|note| note.text.contains("halves of a spread")).unwrap();
    assert_eq!(note.pages, [3, 4].map(|page| PageNumber::new(page).unwrap()));
    let names = library.store.list(&added.id, "source").unwrap();
    let pages: BTreeSet<_> = names.iter().filter_map(|name| PageNumber::of_file(name)).collect();
    let left: Vec<_> = names.iter().filter(|name| PageNumber::of_file(name).is_none()).collect();
    assert_eq!(
        (pages.len(), left),
        (4, vec![&"spread_page_0002.bmp".to_owned()]),
        "what is kept does not pass for a page"
    );
}

#[test]
fn hebrew_is_read_from_the_right() {
    let library = Library::new();
    add(&library, vec![library.file("1.png", &png(&opening(3)))], Spreads::Auto, "he");
    assert_eq!([1, 2].map(|page| library.page(page).origin.half), [Some(Half::Right), Some(Half::Left)]);
}

#[test]
fn what_is_asked_for_is_done_and_told() {
    let blank = GrayImage::from_pixel(400, 300, Luma([250]));
    let tall = GrayImage::from_pixel(300, 400, Luma([250]));
    for (spreads, pages, note) in [
        (Spreads::Auto, 2, Some("wider than high, and kept whole")),
        (Spreads::Keep, 2, None),
        (Spreads::Split, 3, Some("not split: not wider than high")),
    ] {
        let library = Library::new();
        let files = vec![library.file("1.png", &png(&blank)), library.file("2.png", &png(&tall))];
        let added = add(&library, files, spreads, "en");
        assert_eq!(added.pages, pages, "{spreads:?}");
        let texts: Vec<&str> = added.notes.iter().map(|note| note.text.as_str()).collect();
        assert!(note.is_none_or(|note| texts.iter().any(|text| text.starts_with(note))), "{spreads:?}: {texts:?}");
        assert_eq!(library.path("source/spread_1.png").exists(), spreads == Spreads::Split);
    }
}

#[test]
fn a_blank_opening_follows_its_neighbours() {
    let library = Library::new();
    let spread = opening(4);
    let blank = GrayImage::from_pixel(spread.width(), spread.height(), Luma([255]));
    let pictures = [&spread, &blank, &spread];
    let files = pictures.iter().enumerate().map(|(at, it)| library.file(&format!("{at}.png"), &png(it))).collect();
    assert_eq!(add(&library, files, Spreads::Auto, "en").pages, 6);
}

#[test]
fn spreads_of_one_name_are_all_kept() {
    let library = Library::new();
    let pictures = [5, 6].map(|seed| png(&opening(seed)));
    let files = vec![library.file("a/1.png", &pictures[0]), library.file("b/1.PNG", &pictures[1])];
    add(&library, files, Spreads::Auto, "en");
    assert_eq!(fs::read(library.path("source/spread_1.png")).unwrap(), pictures[0]);
    assert_eq!(fs::read(library.path("source/2_spread_1.PNG")).unwrap(), pictures[1]);
}

#[test]
fn the_pages_of_a_pdf_may_be_spreads() {
    let library = Library::new();
    let pdf = shelf_eval::demo::pdf(&[opening(7), pages(7).swap_remove(0), opening(8)], 75, "Openings");
    let added = add(&library, vec![library.file("openings.pdf", &pdf)], Spreads::Auto, "en");
    assert_eq!(added.pages, 5, "{:?}", added.notes);
    let origins = [1, 2, 3, 4, 5].map(|page| library.page(page).origin);
    assert_eq!(origins.each_ref().map(|origin| origin.page), [Some(1), Some(1), Some(2), Some(3), Some(3)]);
    assert_eq!((origins[2].half, origins[4].half), (None, Some(Half::Right)));
    let mut names: Vec<_> =
        fs::read_dir(library.path("source")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.retain(|name| !name.to_string_lossy().starts_with("page_"));
    assert_eq!(names, ["openings.pdf"], "the PDF is what is kept");
    assert_eq!(fs::read(library.path("source/openings.pdf")).unwrap(), pdf);
}

#[test]
fn a_broken_spread_is_a_failed_page() {
    let library = Library::new();
    let mut broken = png(&opening(9));
    broken.truncate(broken.len() / 2);
    let files = vec![library.file("1.png", &broken), library.file("2.png", &png(&pages(9)[0]))];
    let added = add(&library, files, Spreads::Split, "en");
    assert_eq!((added.pages, added.failed.len()), (2, 1));
    assert!(added.failed[0].1.to_string().contains("PNG is broken"), "{:?}", added.failed);
    assert!(!library.path("source/spread_1.png").exists());
}
