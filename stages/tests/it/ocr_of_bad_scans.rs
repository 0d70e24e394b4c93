//! The `ocr` stage on drawn pages that were made bad scans of; their text is known exactly.

use image::GrayImage;
use shelf::book::Languages;
use shelf::draw::{DarkEdge, Degrader, Document, DrawnPage, EdgeTexture, NeighbourStrip, PageFormat, ScanSide};
use shelf::eval::{Normalisation, score};
use shelf::stage::ScanFile;
use shelf_pages::{Bbox, Orientation, PageDimensions};
use stages::ocr::{Deskew, OcrOptions, RecognisedPage, RecognitionSettings, Word, recognise, requested_languages};

const PROSE: &str = "The river was broad and slow, and the men who came down to it in the morning found the boats where they \
    had left them. They waited for the rain to end, and then went on to the coast without a word. Nobody on the other side \
    had seen the lamps; the ferryman, who was old, said that he had never looked for any.";

fn page() -> DrawnPage {
    Document::new().prose(&[PROSE; 5].join("\n\n")).typeset(&PageFormat::octavo()).swap_remove(0)
}

fn read(image: &GrayImage, dpi: f64, deskew: Deskew) -> RecognisedPage {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page_0001.png");
    image.save(&path).unwrap();
    let languages = requested_languages(Some("eng"), &Languages::default()).unwrap();
    let settings = RecognitionSettings::new(languages, &OcrOptions { deskew, ..OcrOptions::default() });
    recognise((ScanFile { path, dpi, width: image.width(), height: image.height() }, settings)).unwrap()
}

fn words(reading: &RecognisedPage) -> Vec<&Word> {
    let paragraphs = reading.blocks.iter().flat_map(|block| &block.paragraphs);
    paragraphs.flat_map(|paragraph| &paragraph.lines).flat_map(|line| &line.words).collect()
}

fn error_rate(page: &DrawnPage, reading: &RecognisedPage) -> f64 {
    let text = words(reading).iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    score(&page.text(), &text, &Normalisation::default()).characters.rate()
}

#[test]
fn page_of_100_dpi_is_read_with_boxes_in_its_own_pixels() {
    let page = page();
    let scan = Degrader { blurs: 1, noise: 12, ink_loss: 22, ..Degrader::new(101, 100) }.degrade(&page.image, 300);
    let reading = read(&scan, 100.0, Deskew::Auto);
    let rate = error_rate(&page, &reading);
    assert!(rate <= 0.05, "the character error rate is {rate:.4}");
    assert_eq!((reading.width, reading.height), scan.dimensions());
    let text = Bbox::bounding(words(&reading).iter().map(|word| word.bbox)).unwrap();
    let expected = Bbox::bounding(page.lines().filter_map(shelf::draw::DrawnLine::bbox)).unwrap();
    for (found, expected) in [(text.x, expected.x), (text.y, expected.y), (text.right(), expected.right())] {
        assert!(found.abs_diff(expected / 3) <= 6, "{text:?}");
    }
}

#[test]
fn skewed_page_loses_no_text_and_its_lines_are_level_on_the_upright_page() {
    let page = page();
    for degrees in [-3.5_f32, 4.0] {
        let scan = Degrader { skew_degrees: degrees, ..Degrader::new(6, 200) }.degrade(&page.image, 300);
        let reading = read(&scan, 200.0, Deskew::Auto);
        let rate = error_rate(&page, &reading);
        assert!(rate <= 0.01, "{degrees}°: the character error rate is {rate:.4}");
        assert!((reading.skew_degrees + f64::from(degrees)).abs() <= 0.1, "{degrees}°: {}", reading.skew_degrees);
        let orientation = Orientation { rotation_degrees: 0, skew_degrees: reading.skew_degrees };
        let size = PageDimensions { width: reading.width, height: reading.height };
        let found = words(&reading);
        for (word, drawn) in found.iter().zip(page.lines().flat_map(|line| &line.words)) {
            let upright = orientation.to_upright(word.bbox, size);
            let distance =
                i64::from(upright.y + upright.height / 2) - i64::from(drawn.bbox.y + drawn.bbox.height / 2) * 2 / 3;
            assert!(word.text != drawn.text || distance.abs() <= 8, "{degrees}°, {}: {distance} px", word.text);
        }
    }
}

#[test]
fn skew_is_reported_where_pages_are_not_deskewed() {
    let scan = Degrader { skew_degrees: 4.0, ..Degrader::new(6, 150) }.degrade(&page().image, 300);
    let reading = read(&scan, 150.0, Deskew::Off);
    assert!((reading.skew_degrees + 4.0).abs() <= 0.1, "{}", reading.skew_degrees);
}

#[test]
fn text_of_the_neighbouring_page_is_not_read() {
    let page = page();
    let other = Document::new().prose(&"Another chapter begins with quite different words. ".repeat(60));
    let other = other.typeset(&PageFormat::octavo()).swap_remove(0);
    for (side, degrees) in [(ScanSide::Left, 0.0), (ScanSide::Right, -2.0)] {
        let both = NeighbourStrip { side, width_in: 1.2, shadow: 120 }.beside(&page.image, &other.image, 300);
        let turned = Degrader { skew_degrees: degrees, ..Degrader::new(9, 200) }.degrade(&both, 300);
        // The side of the scan cuts through the strip, also where the page is turned.
        let scan = image::imageops::crop_imm(&turned, 30, 0, turned.width() - 60, turned.height()).to_image();
        let rate = error_rate(&page, &read(&scan, 200.0, Deskew::Auto));
        assert!(rate <= 0.01, "{side:?}: the character error rate is {rate:.4}");
    }
}

#[test]
fn dark_edges_are_not_read_and_lines_that_they_cover_are_counted() {
    let page = page();
    let reading = |depth_in, texture| {
        let edge = DarkEdge { slant_degrees: 0.3, ..DarkEdge::new(ScanSide::Left, depth_in, texture) };
        let scan = Degrader { dark_edges: vec![edge], ..Degrader::new(9, 200) }.degrade(&page.image, 300);
        read(&scan, 200.0, Deskew::Auto)
    };
    for texture in [EdgeTexture::Solid, EdgeTexture::Speckled] {
        let beside = reading(0.4, texture);
        let rate = error_rate(&page, &beside);
        assert!(rate <= 0.01 && beside.covered_lines == 0, "{texture:?}: {rate:.4}, {}", beside.covered_lines);
        let over = reading(0.95, texture);
        assert!(over.covered_lines as usize * 2 > page.lines().count(), "{texture:?}: {}", over.covered_lines);
    }
}
