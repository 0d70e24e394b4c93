//! Adding books with spreads.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use image::{DynamicImage, GrayImage, ImageFormat, Luma};

use super::tests::Library;
use super::{AddRequest, Added, Spreads};
use crate::spread::tests::{beside, pages};
use shelf_runtime::book::{Half, PageNumber, ScanId};
use shelf_runtime::record::{Hash, Original, Originals};
use shelf_runtime::store::Store;

fn png(image: &GrayImage) -> Vec<u8> {
    encoded(image, ImageFormat::Png)
}

fn encoded(image: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(image.clone()).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Verso and recto in one image.
fn spread(seed: u64) -> GrayImage {
    let pages = pages(seed);
    beside(&pages[1], &pages[2])
}

fn add(library: &Library, inputs: Vec<PathBuf>, spreads: Spreads, language: &str) -> Added {
    let id: ScanId = "book".parse().unwrap();
    let languages = vec![language.to_owned()];
    library.add(&AddRequest { inputs, id: Some(id), languages, spreads, ..AddRequest::default() }).unwrap()
}

fn scan(library: &Library, page: u32) -> GrayImage {
    image::open(library.path("source").join(&library.page(page).image)).unwrap().into_luma8()
}

#[test]
fn pages_of_a_spread_are_numbered_among_the_others() {
    let library = Library::new();
    let (single, spread) = (pages(1).swap_remove(0), spread(2));
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
    let (left, right) = (scan(&library, 3), scan(&library, 4));
    assert_eq!(beside(&left, &right), spread, "together the halves are the image");
    assert_eq!(library.page(3).origin.file, "page_0002.bmp");
    assert_eq!(fs::read(library.path("source/spread_page_0002.bmp")).unwrap(), bytes, "it is kept byte for byte");
    let warning = added.warnings.iter().find(|warning| warning.text.contains("halves of a spread")).unwrap();
    assert_eq!(warning.pages, [3, 4].map(|page| PageNumber::new(page).unwrap()));
    let names = library.store.list(&added.id, "source").unwrap();
    let pages: BTreeSet<_> = names.iter().filter_map(|name| PageNumber::of_file(name)).collect();
    let left: Vec<_> = names.iter().filter(|name| PageNumber::of_file(name).is_none()).collect();
    assert_eq!(
        (pages.len(), left),
        (4, vec![&"originals.json".to_owned(), &"spread_page_0002.bmp".to_owned()]),
        "the kept image and the list of such files are not taken for pages"
    );
}

#[test]
fn right_half_comes_first_in_hebrew() {
    let library = Library::new();
    add(&library, vec![library.file("1.png", &png(&spread(3)))], Spreads::Auto, "he");
    assert_eq!([1, 2].map(|page| library.page(page).origin.half), [Some(Half::Right), Some(Half::Left)]);
}

#[test]
fn spreads_option_is_applied_with_a_warning() {
    let blank = GrayImage::from_pixel(400, 300, Luma([250]));
    let tall = GrayImage::from_pixel(300, 400, Luma([250]));
    for (spreads, pages, warning) in [
        (Spreads::Auto, 2, Some("wider than high, but not split")),
        (Spreads::Keep, 2, None),
        (Spreads::Split, 3, Some("not split: not wider than high")),
    ] {
        let library = Library::new();
        let files = vec![library.file("1.png", &png(&blank)), library.file("2.png", &png(&tall))];
        let added = add(&library, files, spreads, "en");
        assert_eq!(added.pages, pages, "{spreads:?}");
        let texts: Vec<&str> = added.warnings.iter().map(|warning| warning.text.as_str()).collect();
        assert!(
            warning.is_none_or(|expected| texts.iter().any(|text| text.starts_with(expected))),
            "{spreads:?}: {texts:?}"
        );
        assert_eq!(library.path("source/spread_1.png").exists(), spreads == Spreads::Split);
    }
}

#[test]
fn blank_spread_is_split_like_its_neighbours() {
    let library = Library::new();
    let spread = spread(4);
    let blank = GrayImage::from_pixel(spread.width(), spread.height(), Luma([255]));
    let pictures = [&spread, &blank, &spread];
    let files = pictures.iter().enumerate().map(|(at, it)| library.file(&format!("{at}.png"), &png(it))).collect();
    assert_eq!(add(&library, files, Spreads::Auto, "en").pages, 6);
}

#[test]
fn keeps_originals_of_the_same_name() {
    let library = Library::new();
    let pictures = [5, 6].map(|seed| png(&spread(seed)));
    let files = vec![library.file("a/1.png", &pictures[0]), library.file("b/1.PNG", &pictures[1])];
    add(&library, files, Spreads::Auto, "en");
    assert_eq!(fs::read(library.path("source/spread_1.png")).unwrap(), pictures[0]);
    assert_eq!(fs::read(library.path("source/2_spread_1.PNG")).unwrap(), pictures[1]);
}

#[test]
fn splits_spreads_in_a_pdf() {
    let library = Library::new();
    let pdf = shelf_eval::demo::pdf(&[spread(7), pages(7).swap_remove(0), spread(8)], 75, "Spreads");
    let added = add(&library, vec![library.file("spreads.pdf", &pdf)], Spreads::Auto, "en");
    assert_eq!(added.pages, 5, "{:?}", added.warnings);
    let origins = [1, 2, 3, 4, 5].map(|page| library.page(page).origin);
    assert_eq!(origins.each_ref().map(|origin| origin.page), [Some(1), Some(1), Some(2), Some(3), Some(3)]);
    assert_eq!((origins[2].half, origins[4].half), (None, Some(Half::Right)));
    let mut names: Vec<_> =
        fs::read_dir(library.path("source")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.retain(|name| !name.to_string_lossy().starts_with("page_"));
    names.sort();
    assert_eq!(names, ["originals.json", "spreads.pdf"], "the PDF is the original that is kept");
    let listed: Originals = serde_json::from_slice(&fs::read(library.path("source/originals.json")).unwrap()).unwrap();
    assert_eq!(listed.files, [Original { file: "spreads.pdf".to_owned(), hash: Hash::of(&pdf) }]);
    assert_eq!(fs::read(library.path("source/spreads.pdf")).unwrap(), pdf);
}

#[test]
fn damaged_spread_is_a_failed_page() {
    let library = Library::new();
    let mut broken = png(&spread(9));
    broken.truncate(broken.len() / 2);
    let files = vec![library.file("1.png", &broken), library.file("2.png", &png(&pages(9)[0]))];
    let added = add(&library, files, Spreads::Split, "en");
    assert_eq!((added.pages, added.failed.len()), (2, 1));
    assert!(added.failed[0].1.to_string().contains("damaged PNG"), "{:?}", added.failed);
    assert!(!library.path("source/spread_1.png").exists());
}
