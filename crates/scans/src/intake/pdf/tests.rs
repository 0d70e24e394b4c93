//! Pages that are taken out are compared with what poppler draws of them.

use std::path::PathBuf;

use super::drawn::{Drawing, draw};
use super::written::*;
use crate::intake::kind::Kind;
use crate::intake::opened::FilePage;
use crate::intake::raster::Raster;
use crate::intake::scan::{Scan, ScanOrder, write_scan};
use shelf_runtime::book::PageNumber;

struct Bench {
    folder: tempfile::TempDir,
    file: PathBuf,
    /// What the page says, for messages.
    label: String,
}

impl Bench {
    fn new(pages: &[WrittenPage<'_>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("book.pdf");
        std::fs::write(&file, pdf(pages)).unwrap();
        Self { folder, file, label: String::new() }
    }

    fn one(extra: &str, content: &str, dictionary: &str, data: Vec<u8>) -> Self {
        let bench = Self::new(&[WrittenPage { extra, content, objects: vec![(dictionary, data)] }]);
        Self { label: format!("{extra} {content} {dictionary}"), ..bench }
    }

    fn read(&self, page: u32) -> Scan {
        let from = FilePage { file: self.file.clone(), kind: Kind::Pdf, page, dpi: 100 };
        let number = PageNumber::new(page).unwrap();
        let order = ScanOrder { from, cut: None, turn: None, folder: self.folder.path().to_owned(), number };
        write_scan(order).unwrap()
    }

    fn pixels(&self, scan: &Scan) -> Raster {
        Raster::from_image(image::open(self.folder.path().join(&scan.image)).unwrap()).unwrap()
    }

    /// What poppler draws at the scan's own resolution.
    fn drawn(&self, page: u32, (width_in, height_in): (f64, f64)) -> Raster {
        draw(&Drawing { file: &self.file, page, width_in, height_in, user_unit: 1.0 }, 100.0).unwrap()
    }

    /// Checks that page 1 is taken out, and looks as poppler draws it.
    #[track_caller]
    fn is_taken_out_as_drawn(&self, tolerance: f64) -> Scan {
        let scan = self.read(1);
        assert_eq!(scan.drawn_dpi, None, "taken out, not drawn: {}", self.label);
        let (found, size) = (self.pixels(&scan), (f64::from(scan.width) / 100.0, f64::from(scan.height) / 100.0));
        let expected = self.drawn(1, size);
        assert_eq!((found.width, found.height), (expected.width, expected.height));
        let difference = mean_difference(&found, &expected);
        assert!(difference <= tolerance, "the mean difference is {difference}: {}", self.label);
        assert!((scan.resolution.dpi - 100.0).abs() < 0.5 && !scan.resolution.estimated, "{:?}", scan.resolution);
        scan
    }

    #[track_caller]
    fn is_drawn(&self) -> Scan {
        let scan = self.read(1);
        assert!(scan.drawn_dpi.is_some(), "drawn, not taken out: {}", self.label);
        scan
    }
}

fn mean_difference(one: &Raster, other: &Raster) -> f64 {
    let pixels = (0..one.height).flat_map(|y| (0..one.width).map(move |x| (x, y)));
    let sum: u64 = pixels.map(|(x, y)| u64::from(one.light(x, y).abs_diff(other.light(x, y)))).sum();
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
fn a_scan_is_turned_as_its_page_is_shown() {
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
            // A scan that lies on its side has a page of its own shape.
            let is_sideways = content.starts_with("q 0");
            let (extra, content) = if is_sideways {
                (
                    format!("/Rotate {rotate} /MediaBox [0 0 432 288]"),
                    content.replace("432", "X").replace("288", "432").replace('X', "288"),
                )
            } else {
                (format!("/Rotate {rotate}"), content.to_owned())
            };
            Bench::one(&extra, &content, &grey_image(), grey(0)).is_taken_out_as_drawn(0.8);
        }
    }
}

#[test]
fn single_bits_keep_their_meaning() {
    for (dictionary, content) in [
        ("/ColorSpace /DeviceGray /BitsPerComponent 1", WHOLE_PAGE),
        ("/ColorSpace /DeviceGray /BitsPerComponent 1 /Decode [1 0]", WHOLE_PAGE),
        ("/ColorSpace [/Indexed /DeviceRGB 1 <000000FFFFFF>] /BitsPerComponent 1", WHOLE_PAGE),
        ("/ColorSpace [/Indexed /DeviceGray 1 <FF00>] /BitsPerComponent 1", WHOLE_PAGE),
        ("/ImageMask true /BitsPerComponent 1", WHOLE_PAGE),
        ("/ImageMask true /BitsPerComponent 1 /Decode [1 0]", "0 g q 288 0 0 432 0 0 cm /Im0 Do Q"),
    ] {
        let bench = Bench::one("", content, &image(dictionary), bits());
        let scan = bench.is_taken_out_as_drawn(0.8);
        let file = std::fs::File::open(bench.folder.path().join(&scan.image)).unwrap();
        let depth = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap().info().bit_depth;
        assert_eq!(depth, png::BitDepth::One, "{dictionary}");
    }
}

#[test]
fn colours_of_every_usual_kind_are_kept() {
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
        Bench::one("", WHOLE_PAGE, &image(dictionary), data).is_taken_out_as_drawn(tolerance);
    }
}

#[test]
fn a_profile_is_left_aside_and_inks_are_mixed() {
    let profiled = image("/ColorSpace [/ICCBased 5 0 R] /BitsPerComponent 8");
    let objects = vec![(profiled.as_str(), grey(0)), ("/N 1 /Alternate /DeviceGray", b"no profile".to_vec())];
    Bench::new(&[WrittenPage { extra: "", content: WHOLE_PAGE, objects }]).is_taken_out_as_drawn(0.8);
    let inks: Vec<u8> = grey(0).iter().flat_map(|v| [0, 0, 0, 255 - v]).collect();
    let inked = image("/ColorSpace /DeviceCMYK /BitsPerComponent 8");
    // Poppler mixes inks by a measured formula, which makes full black a little lighter.
    Bench::one("", WHOLE_PAGE, &inked, inks).is_taken_out_as_drawn(16.0);
}

#[test]
fn a_jpeg_stays_the_same_bytes_unless_it_has_to_be_turned() {
    let dictionary = image("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode");
    let bench = Bench::one("", WHOLE_PAGE, &dictionary, jpeg());
    let scan = bench.is_taken_out_as_drawn(0.8);
    assert_eq!(scan.image, "page_0001.jpg");
    assert_eq!(std::fs::read(bench.folder.path().join(&scan.image)).unwrap(), jpeg());
    let turned = Bench::one("/Rotate 90", WHOLE_PAGE, &dictionary, jpeg()).is_taken_out_as_drawn(0.8);
    assert_eq!((turned.image.as_str(), turned.width, turned.height), ("page_0001.png", HEIGHT, WIDTH));
    let inverted = image("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode /Decode [1 0]");
    assert_eq!(Bench::one("", WHOLE_PAGE, &inverted, jpeg()).is_taken_out_as_drawn(0.8).image, "page_0001.png");
}

#[test]
fn what_cannot_be_seen_does_not_count() {
    for content in [
        "q 288 0 0 432 0 0 cm /Im0 Do Q BT 3 Tr /F0 12 Tf 72 300 Td (recognised words) Tj ET",
        "1 g 0 0 288 432 re f q 288 0 0 432 0 0 cm /Im0 Do Q",
        "BT /F0 12 Tf 72 300 Td (under the scan) Tj ET q 288 0 0 432 0 0 cm /Im0 Do Q",
        "q 0 0 288 432 re W n 288 0 0 432 0 0 cm /Im0 Do Q",
        "/Artifact BMC q 288 0 0 432 0 0 cm /Im0 Do Q EMC",
    ] {
        Bench::one("", content, &grey_image(), grey(0)).is_taken_out_as_drawn(0.8);
    }
}

#[test]
fn a_scan_inside_a_form_is_found() {
    let image = grey_image();
    let form = "/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Matrix [288 0 0 432 0 0] /Resources << /XObject << /Im0 4 0 R >> >>";
    let objects = vec![(image.as_str(), grey(0)), (form, b"/Im0 Do".to_vec())];
    Bench::new(&[WrittenPage { extra: "", content: "/Im1 Do", objects }]).is_taken_out_as_drawn(0.8);
}

#[test]
fn pages_with_more_than_a_scan_are_drawn() {
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
        Bench::one("", content, &grey_image(), grey(0)).is_drawn();
    }
    let cropped = Bench::one("/CropBox [0 0 144 216]", WHOLE_PAGE, &grey_image(), grey(0)).is_drawn();
    assert_eq!((cropped.width, cropped.height), (200, 300), "only what a reader sees");
}

#[test]
fn a_layered_scan_is_drawn_whole() {
    let picture = image("/ColorSpace /DeviceGray /BitsPerComponent 8 /SMask 5 0 R");
    let mask = grey_image();
    let objects = vec![(picture.as_str(), grey(0)), (mask.as_str(), grey(3))];
    let bench = Bench::new(&[WrittenPage { extra: "", content: WHOLE_PAGE, objects }]);
    assert_eq!(bench.is_drawn().width, 400);
}

#[test]
fn a_scan_between_margins_is_taken_out_with_its_own_resolution() {
    // As `img2pdf` puts scans of uneven shape on pages of one size.
    let bench = Bench::one("", "q 240 0 0 360 24 36 cm /Im0 Do Q", &grey_image(), grey(0));
    assert!(bench.is_drawn().width > 0, "margins on all sides: a picture on a page");
    let bench = Bench::one("/MediaBox [0 0 360 432]", "q 288 0 0 432 36 0 cm /Im0 Do Q", &grey_image(), grey(0));
    let scan = bench.read(1);
    assert_eq!((scan.drawn_dpi, scan.width), (None, 400));
    assert!((scan.resolution.dpi - 100.0).abs() < 0.5);
}

#[test]
fn user_units_make_a_page_larger() {
    let scan = Bench::one("/UserUnit 2", WHOLE_PAGE, &grey_image(), grey(0)).read(1);
    assert!((scan.resolution.dpi - 50.0).abs() < 0.5, "{:?}", scan.resolution);
    let drawn = Bench::one("/UserUnit 2", "0 g 10 10 50 50 re f", &grey_image(), grey(0)).is_drawn();
    assert_eq!((drawn.width, drawn.height), (800, 1200), "8 × 12 inches at 100 dpi");
}

#[test]
fn every_page_gets_its_own_picture() {
    let dictionary = grey_image();
    let page = |seed| WrittenPage { extra: "", content: WHOLE_PAGE, objects: vec![(dictionary.as_str(), grey(seed))] };
    let bench = Bench::new(&(0..6).map(page).collect::<Vec<_>>());
    for (number, seed) in [(6, 5), (1, 0), (3, 2), (2, 1), (5, 4), (4, 3)] {
        assert_eq!(bench.pixels(&bench.read(number)).data, grey(seed), "page {number}");
    }
}

#[test]
fn a_picture_that_ends_early_is_kept_and_told() {
    let half = grey(0)[..(WIDTH * HEIGHT / 2) as usize].to_vec();
    let bench = Bench::one("", WHOLE_PAGE, &grey_image(), half.clone());
    let scan = bench.read(1);
    assert_eq!(scan.notes, ["the picture is cut off: 300 of 600 rows are there, the rest is left white"]);
    assert_eq!(&bench.pixels(&scan).data[..half.len()], half);
}
