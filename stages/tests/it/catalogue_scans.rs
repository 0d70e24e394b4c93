//! The rules of `catalogue` on real scans, which lie beside the checkout, and on drawn ones. The test on real scans says so and passes where they do not.

use std::path::Path;

use shelf::book::Languages;
use shelf::draw::{Document, PageFormat, Scanner, TitlePage};
use shelf::stage::{ScanFile, Timestamp};
use shelf::testing::real_scans;
use stages::catalogue::rules::entry_of;
use stages::catalogue::{CatalogueEntry, CatalogueField, front_matter_pages};
use stages::ocr::{OcrOptions, OcrPage, PageDimensions, RecognitionSettings, recognise, requested_languages};

fn read_page(path: &Path, page_number: u32) -> OcrPage {
    let languages = requested_languages(Some("eng"), &Languages::default()).unwrap();
    let scan = ScanFile { path: path.to_owned(), dpi: 300.0, width: 0, height: 0 };
    let reading = recognise((scan, RecognitionSettings::new(languages, &OcrOptions::default()))).unwrap();
    OcrPage {
        page_number,
        orientation: None,
        expected_cer: None,
        page_dimensions: PageDimensions { width: reading.width, height: reading.height },
        ocr_timestamp: Timestamp::default(),
        text_source: None,
        blocks: reading.blocks,
        images: Vec::new(),
    }
}

#[test]
fn the_back_of_a_real_title_page_says_the_year() {
    let Some(scans) = real_scans("the_back_of_a_real_title_page_says_the_year", env!("CARGO_MANIFEST_DIR")) else {
        return;
    };
    let pages: Vec<OcrPage> = (1..)
        .zip(["i012.tiff", "i013.tiff"])
        .map(|(page, scan)| read_page(&scans.join("cer").join(scan), page))
        .collect();
    let year = Some(CatalogueField::on(1, 1915, 0.8));
    assert_eq!(entry_of(&front_matter_pages(&pages)), CatalogueEntry { year, ..CatalogueEntry::default() });
}

/// What the rules find in the scan of a drawn book with this title page.
fn drawn(title: &str, author: &str, imprint: &str) -> CatalogueEntry {
    let [title, author, imprint] = [title, author, imprint].map(ToOwned::to_owned);
    let prose = "The shelf stood where it had always stood, and nobody remembered who had put it there. ".repeat(12);
    let document = Document::new()
        .title_page(TitlePage { title, subtitle: "with an Account of Its Readers".to_owned(), author, imprint })
        .colophon("Copyright 1859 by the keeper. All rights reserved to the reader. ISBN 978-0-306-40615-7")
        .body()
        .chapter("Of Shelves")
        .prose(&prose);
    let folder = tempfile::tempdir().unwrap();
    let read = |(page, drawn): (u32, &_)| {
        let path = folder.path().join(format!("{page}.png"));
        Scanner::new(7).scan(drawn, page).image.save(&path).unwrap();
        read_page(&path, page)
    };
    let pages: Vec<OcrPage> = (1..).zip(&document.typeset(&PageFormat::octavo())).map(read).collect();
    entry_of(&front_matter_pages(&pages))
}

#[test]
fn the_scan_of_a_drawn_book_says_title_author_year_and_isbn() {
    let found = drawn("THE HISTORY OF THE SHELF", "By AGATHA T. BINDER", "London: Printed for the Author\nMDCCCLIX");
    let title = found.title.unwrap();
    assert_eq!((title.value.as_str(), title.page), ("THE HISTORY OF THE SHELF", Some(1)));
    let author = found.author.unwrap();
    assert_eq!(author.value, "AGATHA T. BINDER");
    assert!(title.confidence > 0.5 && author.confidence > 0.5, "{title:?}, {author:?}");
    assert_eq!(found.year, Some(CatalogueField::on(1, 1859, 0.95)), "the copyright says so too");
    assert_eq!(found.isbn.unwrap().value.to_string(), "978-0-306-40615-7");
}

#[test]
fn a_title_page_without_a_year_leaves_the_title_to_others() {
    let found = drawn("THE HISTORY OF THE SHELF", "By AGATHA T. BINDER", "London");
    assert_eq!((found.title, found.author), (None, None));
    assert_eq!(found.year, Some(CatalogueField::on(2, 1859, 0.8)));
}
