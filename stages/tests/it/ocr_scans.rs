//! The `ocr` stage on real scans, which lie beside the checkout; each test says so and passes where they do not.

use std::path::{Path, PathBuf};

use image::DynamicImage;
use shelf::book::Languages;
use shelf::eval::{Normalisation, Score, score};
use shelf::stage::ScanFile;
use shelf::testing::real_scans;
use shelf_pages::Bbox;
use stages::ocr::{OcrOptions, Paragraph, RecognisedPage, RecognitionSettings, Word, recognise, requested_languages};

/// A folder of real scans; none where it is missing.
fn scans(test: &str, folder: &str) -> Option<PathBuf> {
    Some(real_scans(test, env!("CARGO_MANIFEST_DIR"))?.join(folder))
}

fn read(path: &Path, dpi: f64) -> RecognisedPage {
    let languages = requested_languages(Some("eng"), &Languages::default()).unwrap();
    let settings = RecognitionSettings::new(languages, &OcrOptions::default());
    recognise((ScanFile { path: path.to_owned(), dpi, width: 0, height: 0 }, settings)).unwrap()
}

fn paragraphs(reading: &RecognisedPage) -> impl Iterator<Item = &Paragraph> {
    reading.blocks.iter().flat_map(|block| &block.paragraphs)
}

fn words(reading: &RecognisedPage) -> Vec<&Word> {
    paragraphs(reading).flat_map(|paragraph| &paragraph.lines).flat_map(|line| &line.words).collect()
}

fn text(reading: &RecognisedPage) -> String {
    paragraphs(reading).map(|paragraph| paragraph.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// All pages of a folder in the order of their names, scored against their `.gt.txt`.
fn score_pages(folder: &Path, extension: &str, dpi: f64) -> Score {
    let mut pages: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|found| found == extension));
    pages.sort();
    assert!(!pages.is_empty());
    pages
        .iter()
        .map(|path| {
            let truth = std::fs::read_to_string(path.with_extension("gt.txt")).unwrap();
            score(&truth, &text(&read(path, dpi)), &Normalisation::default())
        })
        .sum()
}

#[test]
fn degraded_pages_are_read_better_than_tesseract_alone_reads_them() {
    let Some(folder) = scans("degraded_pages_are_read_better_than_tesseract_alone_reads_them", "degraded") else {
        return;
    };
    let rate = score_pages(&folder, "jpg", 100.0).characters.rate();
    assert!(rate <= 0.04, "the character error rate is {rate:.4}; Tesseract alone has 0.124");
}

#[test]
fn a_page_reads_the_same_whatever_was_read_before_it() {
    let Some(folder) = scans("a_page_reads_the_same_whatever_was_read_before_it", "book-colonial-florida") else {
        return;
    };
    let page = |name: &str| read(&folder.join(name), 300.0);
    let first = page("g024.tiff");
    page("g015.tiff");
    page("g017.tiff");
    assert_eq!(page("g024.tiff"), first);
}

#[test]
fn figures_are_cut_out_and_pages_of_text_have_none() {
    let Some(folder) = scans("figures_are_cut_out_and_pages_of_text_have_none", "cer") else { return };
    let figure = |x, y, width, height| Bbox { x, y, width, height };
    for (page, expected) in [
        ("j020.tiff", vec![figure(65, 405, 430, 628)]),
        ("j023.tiff", vec![figure(176, 165, 724, 649), figure(176, 816, 568, 448)]),
        ("j026.tiff", vec![figure(170, 516, 721, 394)]),
        ("8071_093.3B.tif", vec![figure(3, 882, 888, 1338)]),
        ("j011.tiff", vec![]),
        ("i012.tiff", vec![]),
    ] {
        let found: Vec<Bbox> = read(&folder.join(page), 300.0).figures.iter().map(|figure| figure.bbox).collect();
        assert_eq!(found.len(), expected.len(), "{page}: {found:?}");
        for (found, expected) in found.iter().zip(&expected) {
            let overlap = found.ratio_inside(expected).min(expected.ratio_inside(found));
            assert!(overlap > 0.9, "{page}: {found:?} is not {expected:?}");
        }
    }
}

#[test]
fn a_page_that_lies_the_wrong_way_is_read_with_boxes_where_its_words_are() {
    let Some(folder) =
        scans("a_page_that_lies_the_wrong_way_is_read_with_boxes_where_its_words_are", "book-colonial-florida")
    else {
        return;
    };
    let upright = read(&folder.join("g024.tiff"), 300.0);
    let scan = image::open(folder.join("g024.tiff")).unwrap();
    let (width, height) = (scan.width(), scan.height());
    let turned_half = |b: Bbox| Bbox { x: width - b.right(), y: height - b.bottom(), ..b };
    let turned_right = |b: Bbox| Bbox { x: height - b.bottom(), y: b.x, width: b.height, height: b.width };
    let turned_left = |b: Bbox| Bbox { x: b.y, y: width - b.right(), width: b.height, height: b.width };
    let folder = tempfile::tempdir().unwrap();
    let check = |picture: DynamicImage, needed: u16, turned: &dyn Fn(Bbox) -> Bbox| {
        let path = folder.path().join("page_0001.png");
        picture.save(&path).unwrap();
        let reading = read(&path, 300.0);
        assert_eq!(reading.rotation_degrees, needed);
        assert_eq!(text(&reading), text(&upright), "turned by {needed}°");
        for (word, upright) in words(&reading).iter().zip(words(&upright)) {
            let expected = turned(upright.bbox);
            let overlap = word.bbox.ratio_inside(&expected).min(expected.ratio_inside(&word.bbox));
            assert!(overlap > 0.6, "{}: {:?} is not {expected:?}", word.text, word.bbox);
        }
    };
    check(scan.rotate180(), 180, &turned_half);
    check(scan.rotate90(), 270, &turned_right);
    check(scan.rotate270(), 90, &turned_left);
}

#[test]
fn a_finer_scan_is_read_at_300_dpi_with_boxes_of_its_own_pixels() {
    let Some(folder) = scans("a_finer_scan_is_read_at_300_dpi_with_boxes_of_its_own_pixels", "book-colonial-florida")
    else {
        return;
    };
    let coarse = read(&folder.join("g024.tiff"), 300.0);
    let scan = image::open(folder.join("g024.tiff")).unwrap();
    let fine = scan.resize_exact(scan.width() * 2, scan.height() * 2, image::imageops::FilterType::Nearest);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page_0001.png");
    fine.save(&path).unwrap();
    let fine = read(&path, 600.0);
    assert_eq!((fine.width, fine.height), (coarse.width * 2, coarse.height * 2));
    assert_eq!(text(&fine), text(&coarse));
    for (fine, coarse) in words(&fine).iter().zip(words(&coarse)) {
        let b = coarse.bbox;
        let doubled = Bbox { x: b.x * 2, y: b.y * 2, width: b.width * 2, height: b.height * 2 };
        let overlap = fine.bbox.ratio_inside(&doubled).min(doubled.ratio_inside(&fine.bbox));
        assert!(overlap > 0.9, "{}: {:?} is not {doubled:?}", fine.text, fine.bbox);
    }
}
