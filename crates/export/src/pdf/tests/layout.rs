//! Where the text is, as poppler sees it.

use image::{ImageFormat, Luma};
use shelf_pages::testing::TestPage;
use shelf_pages::{Bbox, Orientation};

use super::kit::{Made, TEXT, encoded, pdf, pdf_of, placed, white};
use crate::pdf::{OutlineItem, PdfPage};
use crate::placed_words::PlacedPage;

/// Words and boxes of the first page, in px at 300 dpi.
fn words(made: &Made) -> Option<Vec<(String, [f64; 4])>> {
    let page = made.ask("pdftotext", &["-bbox", "{}", "-"])?;
    let word = |line: &str| {
        let attribute = |name: &str| {
            let value = line.split_once(&format!("{name}=\""))?.1.split_once('"')?.0;
            Some(value.parse::<f64>().ok()? * 300.0 / 72.0)
        };
        let bbox = [attribute("xMin")?, attribute("yMin")?, attribute("xMax")?, attribute("yMax")?];
        let text = line.split_once("\">")?.1.split_once('<')?.0.replace("&amp;", "&");
        Some((text, bbox))
    };
    Some(page.lines().filter_map(word).collect())
}

fn edges(bbox: Bbox) -> [f64; 4] {
    [bbox.x, bbox.y, bbox.right(), bbox.bottom()].map(f64::from)
}

#[test]
fn text_comes_back_with_spaces_and_lines() {
    let made = pdf_of(&white(), Some(&placed(TEXT)));
    made.ask("qpdf", &["--check", "{}"]);
    let Some(text) = made.ask("pdftotext", &["{}", "-"]) else { return };
    let lines = TEXT.replace("\n\n", "\n");
    assert_eq!(text.trim_end(), lines);
    let raw = made.ask("pdftotext", &["-raw", "{}", "-"]).unwrap();
    assert_eq!(raw.trim_end(), lines);
}

#[test]
fn words_are_on_their_boxes() {
    let text = placed(TEXT);
    let Some(found) = words(&pdf_of(&white(), Some(&text))) else { return };
    let expected: Vec<(&str, [f64; 4])> = text.words().map(|word| (word.text.as_str(), edges(word.bbox))).collect();
    assert_eq!(found.len(), expected.len());
    for ((word, bbox), (expected_word, expected)) in found.iter().zip(expected) {
        assert_eq!(word, expected_word);
        assert!(bbox.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.5), "{word}: {bbox:?} {expected:?}");
    }
}

#[test]
fn word_joined_across_lines_is_found_whole() {
    let page = TestPage::new("The long cam-\npaign began").correct(1, "The long campaign\nbegan");
    let made = pdf_of(&white(), Some(&PlacedPage::new(&page.merged(), &page.ocr())));
    let Some(text) = made.ask("pdftotext", &["{}", "-"]) else { return };
    assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["The", "long", "campaign", "began"]);
}

#[test]
fn text_of_a_rotated_scan_lies_on_the_ink() {
    for rotation_degrees in [90, 180, 270] {
        let page = TestPage::new("Upright words\nin two lines");
        let (merged, upright) = (page.merged(), page.ocr());
        let mut ocr = upright.clone();
        let orientation = Orientation { rotation_degrees, skew_degrees: 0.0 };
        // From the upright page back to the scan is the opposite rotation of the upright page.
        let back = Orientation { rotation_degrees: 360 - rotation_degrees, skew_degrees: 0.0 };
        let size = back.upright_size(upright.page_dimensions);
        (ocr.orientation, ocr.page_dimensions) = (Some(orientation), size);
        for line in ocr.blocks.iter_mut().flat_map(|block| &mut block.paragraphs).flat_map(|found| &mut found.lines) {
            line.bbox = back.to_upright(line.bbox, upright.page_dimensions);
            for word in &mut line.words {
                word.bbox = back.to_upright(word.bbox, upright.page_dimensions);
            }
        }
        let text = PlacedPage::new(&merged, &ocr);
        let scan =
            encoded(&image::GrayImage::from_pixel(size.width, size.height, Luma([255])).into(), ImageFormat::Png);
        let made = pdf_of(&scan, Some(&text));
        let Some(plain) = made.ask("pdftotext", &["{}", "-"]) else { return };
        assert_eq!(plain.trim_end(), "Upright words\nin two lines", "{rotation_degrees}");
        let found = words(&made).unwrap();
        for (word, (found_word, bbox)) in upright.words().zip(&found) {
            assert_eq!(&word.text, found_word);
            let expected = edges(word.bbox);
            assert!(
                bbox.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.5),
                "{rotation_degrees}: {bbox:?} {expected:?}"
            );
        }
    }
}

#[test]
fn notice_is_seen_and_found() {
    let mut document = crate::pdf::PdfDocument::start(Vec::new(), super::kit::info()).unwrap();
    let notice = "This export is incomplete: pages 3, 14 and 15 of the scans are missing.";
    document.add_notice(notice).unwrap();
    let made = Made::new(document.finish(&[]).unwrap());
    made.ask("qpdf", &["--check", "{}"]);
    let Some(text) = made.ask("pdftotext", &["{}", "-"]) else { return };
    assert_eq!(text.split_whitespace().collect::<Vec<_>>(), notice.split(' ').collect::<Vec<_>>());
    made.ask("pdftoppm", &["-r", "72", "-png", "-singlefile", "{}", "page"]);
    let page = image::open(made.path("page.png")).unwrap().into_luma8();
    let ink = page.pixels().filter(|pixel| pixel.0[0] < 128).count();
    assert!((500..5000).contains(&ink), "{ink} dark pixels");
}

#[test]
fn bookmarks_and_page_labels_are_read_by_qpdf() {
    let scan = white();
    let page = |label| PdfPage { scan: &scan, dpi: 300.0, text: None, label };
    let leaf = |title: &str, page| OutlineItem { title: title.to_owned(), page, children: Vec::new() };
    let outline = [
        OutlineItem { children: vec![leaf("Ä section", 1)], ..leaf("Chapter I", 0) },
        leaf("Chapter II", 2),
        leaf("Lost", 9),
    ];
    let made = pdf(&[page(Some("ix")), page(Some("1")), page(None)], &outline);
    let Some(json) = made.ask("qpdf", &["--json", "--json-key=outlines", "--json-key=pagelabels", "{}"]) else {
        return;
    };
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let labels: Vec<(i64, Option<&str>)> = json["pagelabels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|label| (label["index"].as_i64().unwrap(), label["label"]["/S"].as_str()))
        .collect();
    assert_eq!(labels, [(0, Some("/r")), (1, Some("/D")), (2, None)]);
    let outlines = json["outlines"].as_array().unwrap();
    assert_eq!(
        outlines.iter().map(|item| item["title"].as_str().unwrap()).collect::<Vec<_>>(),
        ["Chapter I", "Chapter II"]
    );
    assert_eq!(outlines[0]["kids"][0]["title"], "Ä section");
    assert_eq!(outlines[0]["kids"][0]["destpageposfrom1"], 2);
}
