//! Scans in layers: what they look like, and how large they are.

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};

use super::kit::{Made, encoded, info, placed};
use crate::pdf::{PdfDocument, PdfImages, PdfPage};
use crate::placed_words::PlacedPage;

/// A page of 1000 × 1600 px: grainy yellow paper that gets darker to the right, with black strokes, and red ones in the second half of each line.
pub(super) fn coloured() -> RgbImage {
    RgbImage::from_fn(1000, 1600, |x, y| {
        let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503).wrapping_mul(x + 7)) >> 7 & 7;
        let shade = (x / 40) as u8 + grain as u8;
        if is_stroke(x, y) {
            return if x < 500 { Rgb([25, 22, 20]) } else { Rgb([170, 20, 25]) };
        }
        Rgb([238 - shade, 226 - shade, 196 - shade])
    })
}

fn is_stroke(x: u32, y: u32) -> bool {
    (100..900).contains(&x) && (100..1500).contains(&y) && y % 40 < 24 && x % 12 < 4
}

pub(super) fn compact_pdf(scan: &[u8], text: Option<&PlacedPage>) -> Made {
    let mut document = PdfDocument::start(Vec::new(), info()).unwrap().with_images(PdfImages::Compact);
    document.add_page(&PdfPage { scan, dpi: 300.0, text, label: None }).unwrap();
    Made::new(document.finish(&[]).unwrap())
}

/// The page rendered at the resolution of its scan.
fn rendered(made: &Made) -> Option<RgbImage> {
    made.ask("pdftoppm", &["-r", "300", "-png", "-singlefile", "{}", "page"])?;
    Some(image::open(made.path("page.png")).unwrap().into_rgb8())
}

fn assert_near(found: Rgb<u8>, expected: [u8; 3], what: &str) {
    let is_near = found.0.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) < 30);
    assert!(is_near, "{what}: {found:?}, expected {expected:?}");
}

#[test]
fn text_stays_sharp_and_coloured_on_paper() {
    let page = coloured();
    let scan = encoded(&page.clone().into(), ImageFormat::Jpeg);
    let made = compact_pdf(&scan, None);
    assert!(made.bytes.len() * 5 < scan.len(), "{} bytes of {}", made.bytes.len(), scan.len());
    made.ask("qpdf", &["--check", "{}"]);
    let Some(found) = rendered(&made) else { return };
    assert_eq!(found.dimensions(), page.dimensions());
    // Between two strokes are 8 px, which the background alone, at 125 dpi, could not show.
    for (x, what) in [(110, "black"), (398, "black"), (602, "red"), (794, "red")] {
        assert_near(*found.get_pixel(x, 812), page.get_pixel(x, 812).0, what);
    }
    for (x, y) in [(50, 50), (115, 812), (403, 812), (607, 812), (950, 1550)] {
        assert_near(*found.get_pixel(x, y), page.get_pixel(x, y).0, "paper");
    }
}

#[test]
fn words_are_where_they_were() {
    let text = placed(super::kit::TEXT);
    let scan = encoded(&coloured().into(), ImageFormat::Png);
    let boxes = |made: &Made| made.ask("pdftotext", &["-bbox", "{}", "-"]);
    let compact = boxes(&compact_pdf(&scan, Some(&text)));
    assert_eq!(compact, boxes(&super::kit::pdf_of(&scan, Some(&text))));
}

#[test]
fn grey_page_stays_grey() {
    let page = DynamicImage::from(coloured()).to_luma8();
    let scan = encoded(&page.clone().into(), ImageFormat::Jpeg);
    let made = compact_pdf(&scan, None);
    assert!(made.bytes.len() * 3 < scan.len(), "{} bytes of {}", made.bytes.len(), scan.len());
    assert!(!String::from_utf8_lossy(&made.bytes).contains("/DeviceRGB"));
    let Some(found) = rendered(&made) else { return };
    for (x, y) in [(110, 812), (115, 812), (950, 1550)] {
        assert_near(*found.get_pixel(x, y), [page.get_pixel(x, y).0[0]; 3], "grey");
    }
}

#[test]
fn scan_of_one_bit_keeps_its_pixels() {
    let page =
        GrayImage::from_fn(1000, 1600, |x, y| Luma([if is_stroke(x, y) || (x * y) % 997 == 1 { 0 } else { 255 }]));
    let mut bits = Vec::new();
    let mut encoder = png::Encoder::new(&mut bits, 1000, 1600);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let packed: Vec<u8> = page
        .as_raw()
        .chunks(8)
        .map(|eight| eight.iter().fold(0, |byte, value| byte << 1 | u8::from(*value > 0)))
        .collect();
    encoder.write_header().unwrap().write_image_data(&packed).unwrap();
    let made = compact_pdf(&bits, None);
    made.ask("qpdf", &["--check", "{}"]);
    if made.ask("pdfimages", &["-png", "{}", "image"]).is_some() {
        let found = image::open(made.path("image-000.png")).unwrap().into_luma8();
        assert!(found == page, "the pixels differ");
    }
}

#[test]
fn scan_that_would_grow_is_kept() {
    let tiny = encoded(&GrayImage::from_pixel(40, 40, Luma([200])).into(), ImageFormat::Png);
    let plain = super::kit::pdf_of(&tiny, None);
    assert!(compact_pdf(&tiny, None).bytes == plain.bytes);
    let jpeg_2000: &[u8] = include_bytes!("../../../../scans/src/formats/test_images/colour.jp2");
    assert!(compact_pdf(jpeg_2000, None).bytes == super::kit::pdf_of(jpeg_2000, None).bytes);
}
