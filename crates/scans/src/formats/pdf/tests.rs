//! Extracted scans are compared with poppler's rendering of their pages.

use std::path::PathBuf;

use super::render::{RenderRequest, render};
use super::test_pdf::*;
use super::{TextLayer, open_page, read_text_layer};
use crate::existing_text::{ScanSize, ScanText, TextFormat, scan_text};
use crate::formats::file_format::FileFormat;
use crate::formats::opened_page::PageInFile;
use crate::raster::Raster;
use crate::rotation::Rotation;
use crate::scan::write::{ScanRequest, WrittenScan, write_scan};
use shelf_runtime::book::PageNumber;

struct TestPdf {
    folder: tempfile::TempDir,
    file: PathBuf,
    /// The page's content, for messages.
    label: String,
}

impl TestPdf {
    fn new(pages: &[TestPage<'_>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("book.pdf");
        std::fs::write(&file, pdf(pages)).unwrap();
        Self { folder, file, label: String::new() }
    }

    fn one(extra: &str, content: &str, dictionary: &str, data: Vec<u8>) -> Self {
        let file = Self::new(&[TestPage { extra, content, objects: vec![(dictionary, data)] }]);
        Self { label: format!("{extra} {content} {dictionary}"), ..file }
    }

    fn read(&self, page: u32) -> WrittenScan {
        let from = PageInFile { file: self.file.clone(), format: FileFormat::Pdf, page, dpi: 100 };
        let number = PageNumber::new(page).unwrap();
        write_scan(ScanRequest::whole(from, self.folder.path(), number)).unwrap()
    }

    fn pixels(&self, scan: &WrittenScan) -> Raster {
        Raster::from_image(image::open(self.folder.path().join(&scan.image)).unwrap()).unwrap()
    }

    /// Poppler's rendering at the scan's own resolution.
    fn rendered(&self, page: u32, (width_in, height_in): (f64, f64)) -> Raster {
        render(&RenderRequest { file: &self.file, page, width_in, height_in, user_unit: 1.0 }, 100.0).unwrap()
    }

    /// Checks that the scan on page 1 is extracted and looks like poppler's rendering.
    #[track_caller]
    fn assert_extracted(&self, tolerance: f64) -> WrittenScan {
        let scan = self.read(1);
        assert_eq!(scan.rendered_dpi, None, "extracted, not rendered: {}", self.label);
        let (found, size) = (self.pixels(&scan), (f64::from(scan.width) / 100.0, f64::from(scan.height) / 100.0));
        let expected = self.rendered(1, size);
        assert_eq!((found.width, found.height), (expected.width, expected.height));
        let difference = mean_difference(&found, &expected);
        assert!(difference <= tolerance, "the mean difference is {difference}: {}", self.label);
        assert!((scan.resolution.dpi - 100.0).abs() < 0.5 && !scan.resolution.estimated, "{:?}", scan.resolution);
        scan
    }

    #[track_caller]
    fn assert_rendered(&self) -> WrittenScan {
        let scan = self.read(1);
        assert!(scan.rendered_dpi.is_some(), "rendered, not extracted: {}", self.label);
        scan
    }
}

fn mean_difference(one: &Raster, other: &Raster) -> f64 {
    let pixels = (0..one.height).flat_map(|y| (0..one.width).map(move |x| (x, y)));
    let sum: u64 = pixels.map(|(x, y)| u64::from(one.luminance(x, y).abs_diff(other.luminance(x, y)))).sum();
    sum as f64 / (f64::from(one.width) * f64::from(one.height))
}

fn grey_image() -> String {
    image("/ColorSpace /DeviceGray /BitsPerComponent 8")
}

fn jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.encode(&grey(0), WIDTH, HEIGHT, image::ExtendedColorType::L8).unwrap();
    bytes
}

#[test]
fn scan_is_oriented_as_its_page_is_shown() {
    let placed = [
        WHOLE_PAGE,
        "q 0 432 -288 0 288 0 cm /Im0 Do Q",
        "q -288 0 0 -432 288 432 cm /Im0 Do Q",
        "q 0 -432 288 0 0 432 cm /Im0 Do Q",
        "q 288 0 0 -432 0 432 cm /Im0 Do Q",
        "q -288 0 0 432 288 0 cm /Im0 Do Q",
    ];
    for rotate in [0, 90, 180, 270, -90] {
        for content in placed {
            // The page of a sideways scan has the shape of the scan.
            let is_sideways = content.starts_with("q 0");
            let (extra, content) = if is_sideways {
                (
                    format!("/Rotate {rotate} /MediaBox [0 0 432 288]"),
                    content.replace("432", "X").replace("288", "432").replace('X', "288"),
                )
            } else {
                (format!("/Rotate {rotate}"), content.to_owned())
            };
            TestPdf::one(&extra, &content, &grey_image(), grey(0)).assert_extracted(0.8);
        }
    }
}

#[test]
fn bilevel_scans_keep_black_and_white() {
    for (dictionary, content) in [
        ("/ColorSpace /DeviceGray /BitsPerComponent 1", WHOLE_PAGE),
        ("/ColorSpace /DeviceGray /BitsPerComponent 1 /Decode [1 0]", WHOLE_PAGE),
        ("/ColorSpace [/Indexed /DeviceRGB 1 <000000FFFFFF>] /BitsPerComponent 1", WHOLE_PAGE),
        ("/ColorSpace [/Indexed /DeviceGray 1 <FF00>] /BitsPerComponent 1", WHOLE_PAGE),
        ("/ImageMask true /BitsPerComponent 1", WHOLE_PAGE),
        ("/ImageMask true /BitsPerComponent 1 /Decode [1 0]", "0 g q 288 0 0 432 0 0 cm /Im0 Do Q"),
    ] {
        let file = TestPdf::one("", content, &image(dictionary), bits());
        let scan = file.assert_extracted(0.8);
        let png = std::fs::File::open(file.folder.path().join(&scan.image)).unwrap();
        let depth = png::Decoder::new(std::io::BufReader::new(png)).read_info().unwrap().info().bit_depth;
        assert_eq!(depth, png::BitDepth::One, "{dictionary}");
    }
}

#[test]
fn usual_colour_spaces_are_kept() {
    let rgb: Vec<u8> = grey(0).iter().flat_map(|v| [*v, v / 2, 255 - v]).collect();
    let wide: Vec<u8> = grey(0).iter().flat_map(|v| [*v, 0]).collect();
    let nibbles: Vec<u8> = grey(0).chunks(2).map(|pair| pair[0] & 0xF0 | pair[1] >> 4).collect();
    let palette: Vec<String> = (0..=255).map(|v| format!("{v:02X}{:02X}{:02X}", v / 2, 255 - v)).collect();
    let palette = palette.concat();
    for (dictionary, data, tolerance) in [
        ("/ColorSpace /DeviceGray /BitsPerComponent 8 /Decode [1 0]", grey(0), 0.8),
        ("/ColorSpace [/CalGray << /WhitePoint [0.95 1 1.09] /Gamma 2.2 >>] /BitsPerComponent 8", grey(0), 4.0),
        ("/ColorSpace /DeviceGray /BitsPerComponent 4", nibbles, 0.8),
        ("/ColorSpace /DeviceGray /BitsPerComponent 16", wide, 1.0),
        ("/ColorSpace /DeviceRGB /BitsPerComponent 8", rgb, 0.8),
        (format!("/ColorSpace [/Indexed /DeviceRGB 255 <{palette}>] /BitsPerComponent 8").as_str(), grey(0), 0.8),
    ] {
        TestPdf::one("", WHOLE_PAGE, &image(dictionary), data).assert_extracted(tolerance);
    }
}

#[test]
fn profiles_are_ignored_and_cmyk_becomes_rgb() {
    let profiled = image("/ColorSpace [/ICCBased 5 0 R] /BitsPerComponent 8");
    let objects = vec![(profiled.as_str(), grey(0)), ("/N 1 /Alternate /DeviceGray", b"no profile".to_vec())];
    TestPdf::new(&[TestPage { extra: "", content: WHOLE_PAGE, objects }]).assert_extracted(0.8);
    let inks: Vec<u8> = grey(0).iter().flat_map(|v| [0, 0, 0, 255 - v]).collect();
    let inked = image("/ColorSpace /DeviceCMYK /BitsPerComponent 8");
    // Poppler converts CMYK by a measured formula, which makes full black a little lighter.
    TestPdf::one("", WHOLE_PAGE, &inked, inks).assert_extracted(16.0);
}

#[test]
fn keeps_jpeg_bytes_unless_it_has_to_be_rotated() {
    let dictionary = image("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode");
    let file = TestPdf::one("", WHOLE_PAGE, &dictionary, jpeg());
    let scan = file.assert_extracted(0.8);
    assert_eq!(scan.image, "page_0001.jpg");
    assert_eq!(std::fs::read(file.folder.path().join(&scan.image)).unwrap(), jpeg());
    let rotated = TestPdf::one("/Rotate 90", WHOLE_PAGE, &dictionary, jpeg()).assert_extracted(0.8);
    assert_eq!((rotated.image.as_str(), rotated.width, rotated.height), ("page_0001.png", HEIGHT, WIDTH));
    let inverted = image("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode /Decode [1 0]");
    assert_eq!(TestPdf::one("", WHOLE_PAGE, &inverted, jpeg()).assert_extracted(0.8).image, "page_0001.png");
}

#[test]
fn invisible_content_is_ignored() {
    for content in [
        "q 288 0 0 432 0 0 cm /Im0 Do Q BT 3 Tr /F0 12 Tf 72 300 Td (recognised words) Tj ET",
        "1 g 0 0 288 432 re f q 288 0 0 432 0 0 cm /Im0 Do Q",
        "BT /F0 12 Tf 72 300 Td (under the scan) Tj ET q 288 0 0 432 0 0 cm /Im0 Do Q",
        "q 0 0 288 432 re W n 288 0 0 432 0 0 cm /Im0 Do Q",
        "/Artifact BMC q 288 0 0 432 0 0 cm /Im0 Do Q EMC",
    ] {
        TestPdf::one("", content, &grey_image(), grey(0)).assert_extracted(0.8);
    }
}

#[test]
fn finds_scan_inside_a_form() {
    let image = grey_image();
    let form = "/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Matrix [288 0 0 432 0 0] /Resources << /XObject << /Im0 4 0 R >> >>";
    let objects = vec![(image.as_str(), grey(0)), (form, b"/Im0 Do".to_vec())];
    TestPdf::new(&[TestPage { extra: "", content: "/Im1 Do", objects }]).assert_extracted(0.8);
}

#[test]
fn pages_with_more_than_a_scan_are_rendered() {
    for content in [
        "q 288 0 0 432 0 0 cm /Im0 Do Q BT /F0 12 Tf 72 300 Td (a stamp) Tj ET",
        "q 288 0 0 432 0 0 cm /Im0 Do Q 0 g 10 10 100 100 re f",
        "q 288 0 0 432 0 0 cm /Im0 Do Q 0 0 m 100 100 l S",
        "q 288 0 0 432 0 0 cm /Im0 Do Q q 50 0 0 50 10 10 cm /Im0 Do Q",
        "q 100 0 0 150 0 0 cm /Im0 Do Q",
        "q 0 0 100 100 re W n 288 0 0 432 0 0 cm /Im0 Do Q",
        "q 285 40 -40 420 30 0 cm /Im0 Do Q",
        "",
    ] {
        TestPdf::one("", content, &grey_image(), grey(0)).assert_rendered();
    }
    let cropped = TestPdf::one("/CropBox [0 0 144 216]", WHOLE_PAGE, &grey_image(), grey(0)).assert_rendered();
    assert_eq!((cropped.width, cropped.height), (200, 300), "only what a reader sees");
}

#[test]
fn a_layered_scan_assert_rendered_whole() {
    let masked = image("/ColorSpace /DeviceGray /BitsPerComponent 8 /SMask 5 0 R");
    let mask = grey_image();
    let objects = vec![(masked.as_str(), grey(0)), (mask.as_str(), grey(3))];
    let file = TestPdf::new(&[TestPage { extra: "", content: WHOLE_PAGE, objects }]);
    assert_eq!(file.assert_rendered().width, 400);
}

#[test]
fn scan_with_margins_on_two_sides_is_extracted_at_its_own_resolution() {
    // As `img2pdf` puts scans of uneven shape on pages of one size.
    let file = TestPdf::one("", "q 240 0 0 360 24 36 cm /Im0 Do Q", &grey_image(), grey(0));
    assert!(file.assert_rendered().width > 0, "margins on all sides: a figure on a page");
    let file = TestPdf::one("/MediaBox [0 0 360 432]", "q 288 0 0 432 36 0 cm /Im0 Do Q", &grey_image(), grey(0));
    let scan = file.read(1);
    assert_eq!((scan.rendered_dpi, scan.width), (None, 400));
    assert!((scan.resolution.dpi - 100.0).abs() < 0.5);
}

#[test]
fn user_unit_scales_the_page() {
    let scan = TestPdf::one("/UserUnit 2", WHOLE_PAGE, &grey_image(), grey(0)).read(1);
    assert!((scan.resolution.dpi - 50.0).abs() < 0.5, "{:?}", scan.resolution);
    let rendered = TestPdf::one("/UserUnit 2", "0 g 10 10 50 50 re f", &grey_image(), grey(0)).assert_rendered();
    assert_eq!((rendered.width, rendered.height), (800, 1200), "8 × 12 inches at 100 dpi");
}

#[test]
fn every_page_gets_its_own_image() {
    let dictionary = grey_image();
    let page = |seed| TestPage { extra: "", content: WHOLE_PAGE, objects: vec![(dictionary.as_str(), grey(seed))] };
    let file = TestPdf::new(&(0..6).map(page).collect::<Vec<_>>());
    for (number, seed) in [(6, 5), (1, 0), (3, 2), (2, 1), (5, 4), (4, 3)] {
        assert_eq!(file.pixels(&file.read(number)).data, grey(seed), "page {number}");
    }
}

#[test]
fn truncated_image_is_kept_with_a_warning() {
    let half = grey(0)[..(WIDTH * HEIGHT / 2) as usize].to_vec();
    let file = TestPdf::one("", WHOLE_PAGE, &grey_image(), half.clone());
    let scan = file.read(1);
    assert_eq!(scan.warnings, ["truncated image: 300 of 600 rows exist, the rest is white"]);
    assert_eq!(&file.pixels(&scan).data[..half.len()], half);
}

/// The text layer of the first page, in px of its scan.
fn text_of(file: &TestPdf) -> (ScanText, (u32, u32)) {
    let from = PageInFile { file: file.file.clone(), format: FileFormat::Pdf, page: 1, dpi: 100 };
    let page = open_page(&from).unwrap();
    let (width, height) = (page.raster.width, page.raster.height);
    let TextLayer::Words(words) = read_text_layer(&from).unwrap() else { panic!("it has text: {}", file.label) };
    let size = ScanSize { width, height, dpi: 100.0 };
    let text = scan_text(words, page.text_frame.unwrap(), size, TextFormat::Pdf, "book.pdf").unwrap().unwrap();
    (text, (width, height))
}

fn boxes(text: &ScanText) -> Vec<(&str, [i64; 4])> {
    let edges = |region: crate::ScanRegion| [region.x, region.y, region.x + region.width, region.y + region.height];
    text.words().map(|word| (word.text.as_str(), edges(word.bbox).map(i64::from))).collect()
}

#[track_caller]
fn assert_near(found: &ScanText, expected: &ScanText, tolerance: i64) {
    let (found, expected) = (boxes(found), boxes(expected));
    assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
    for ((word, found), (other, expected)) in found.iter().zip(&expected) {
        let is_near = found.iter().zip(expected).all(|(one, other)| (one - other).abs() <= tolerance);
        assert!(word == other && is_near, "{word} {found:?}, {other} {expected:?}");
    }
}

const WITH_TEXT: &str = "q 288 0 0 432 0 0 cm /Im0 Do Q BT 3 Tr /F0 12 Tf 72 300 Td (recognised words) Tj ET";

#[test]
fn words_of_a_text_layer_are_placed_on_the_scan_as_it_is_shown() {
    let (upright, size) = text_of(&TestPdf::one("", WITH_TEXT, &grey_image(), grey(0)));
    let (word, [left, top, _, bottom]) = boxes(&upright)[0];
    // The baseline is 132 points, 183 px, below the top.
    assert_eq!((word, left, size), ("recognised", 100, (400, 600)));
    assert!(top < 180 && (183..190).contains(&bottom), "{top} {bottom}");
    for (degrees, rotation) in [(90, Rotation::Quarter), (180, Rotation::Half), (270, Rotation::ThreeQuarters)] {
        let rotated = TestPdf::one(&format!("/Rotate {degrees}"), WITH_TEXT, &grey_image(), grey(0));
        assert_near(&text_of(&rotated).0, &upright.clone().rotated(rotation, size), 1);
    }
    let extra = "/MediaBox [100 50 388 482]";
    let content = "1 0 0 1 100 50 cm ".to_owned() + WITH_TEXT;
    assert_near(&text_of(&TestPdf::one(extra, &content, &grey_image(), grey(0))).0, &upright, 1);
    // The page has a margin at the left, which is not part of the scan.
    let content = format!("q 1 0 0 1 36 0 cm {WITH_TEXT} Q");
    let with_margin = TestPdf::one("/MediaBox [0 0 360 432]", &content, &grey_image(), grey(0));
    assert_near(&text_of(&with_margin).0, &upright, 1);
    let rendered = TestPdf::one("", &format!("{WITH_TEXT} 0 g 10 10 100 100 re f"), &grey_image(), grey(0));
    assert_near(&text_of(&rendered).0, &upright, 1);
}
