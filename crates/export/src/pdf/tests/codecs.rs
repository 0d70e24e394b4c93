//! The pixels of every kind of scan, as `pdfimages` and `pdftoppm` see them in the PDF.

use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage};
use png::{BitDepth, ColorType};

use super::kit::{Made, encoded, grey, pdf, rgb};
use crate::pdf::PdfPage;

// Made by Pillow 12, without loss: red 8x, green 10y, blue 4(x + y); grey xy.
const COLOUR_JP2: &[u8] = include_bytes!("../../../../scans/src/formats/test_images/colour.jp2");
const GREY_J2K: &[u8] = include_bytes!("../../../../scans/src/formats/test_images/grey.j2k");

fn png(
    width: u32,
    height: u32,
    colour: ColorType,
    depth: BitDepth,
    data: &[u8],
    set: impl Fn(&mut png::Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    set(&mut encoder);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    bytes
}

/// The image in the PDF, decoded by poppler; `None` where it is not installed.
fn extracted(made: &Made) -> Option<DynamicImage> {
    made.ask("pdfimages", &["-png", "{}", "image"])?;
    Some(image::open(made.path("image-000.png")).unwrap())
}

/// A PDF of one scan, whose pixels are points, so that poppler need not scale it.
fn pdf_of(scan: &[u8]) -> Made {
    pdf(&[PdfPage { scan, dpi: 72.0, text: None, label: None }], &[])
}

/// The page rendered at the resolution of its scan.
fn rendered(made: &Made) -> Option<RgbImage> {
    made.ask("pdftoppm", &["-r", "72", "-png", "-singlefile", "{}", "page"])?;
    Some(image::open(made.path("page.png")).unwrap().into_rgb8())
}

fn assert_same_pixels(scan: &[u8], expected: &RgbImage, tolerance: u8) {
    let made = pdf_of(scan);
    made.ask("qpdf", &["--check", "{}"]);
    let Some(found) = extracted(&made) else { return };
    let found = found.into_rgb8();
    assert_eq!(found.dimensions(), expected.dimensions());
    let worst = found.iter().zip(expected.iter()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst <= Some(tolerance), "pdfimages: {worst:?}");
    assert_rendered(&rendered(&made).unwrap(), expected, tolerance);
}

/// Checks that each pixel is between its neighbours: poppler scales every image by up to a pixel.
fn assert_rendered(found: &RgbImage, expected: &RgbImage, tolerance: u8) {
    assert_eq!(found.dimensions(), expected.dimensions());
    for (x, y, pixel) in found.enumerate_pixels() {
        for (channel, value) in pixel.0.into_iter().enumerate() {
            let columns = x.saturating_sub(1)..(x + 2).min(expected.width());
            let near = columns.flat_map(|x| (y.saturating_sub(1)..(y + 2).min(expected.height())).map(move |y| (x, y)));
            let near: Vec<u8> = near.map(|(x, y)| expected.get_pixel(x, y).0[channel]).collect();
            let (least, most) = (*near.iter().min().unwrap(), *near.iter().max().unwrap());
            let range = least.saturating_sub(tolerance)..=most.saturating_add(tolerance);
            assert!(range.contains(&value), "pdftoppm: {value} at {x}, {y}, expected {range:?}");
        }
    }
}

#[test]
fn jpegs_are_kept_byte_for_byte() {
    for image in [DynamicImage::from(grey(64, 48)), rgb(64, 48).into()] {
        let scan = encoded(&image, ImageFormat::Jpeg);
        let made = pdf_of(&scan);
        assert!(made.bytes.windows(scan.len()).any(|window| window == scan));
        assert_same_pixels(&scan, &image::load_from_memory(&scan).unwrap().into_rgb8(), 3);
    }
}

#[test]
fn grey_and_colour_pngs_keep_their_pixels() {
    for image in [DynamicImage::from(grey(65, 33)), rgb(31, 25).into()] {
        let scan = encoded(&image, ImageFormat::Png);
        assert_same_pixels(&scan, &image.to_rgb8(), 0);
    }
}

#[test]
fn bilevel_images_are_not_inverted() {
    // 20 × 9 px: white but for a black square at the top left.
    let expected = GrayImage::from_fn(20, 9, |x, y| Luma([if x < 5 && y < 4 { 0 } else { 255 }]));
    let rgb = DynamicImage::from(expected.clone()).to_rgb8();
    let black_square = [0x07, 0xFF, 0xF0].repeat(4);
    let bits: Vec<u8> = black_square.into_iter().chain([0xFF, 0xFF, 0xF0].repeat(5)).collect();
    assert_same_pixels(&png(20, 9, ColorType::Grayscale, BitDepth::One, &bits, |_| {}), &rgb, 0);
    // The same with a table of colours, in either order.
    assert_same_pixels(
        &png(20, 9, ColorType::Indexed, BitDepth::One, &bits, |encoder| {
            encoder.set_palette(vec![0, 0, 0, 255, 255, 255]);
        }),
        &rgb,
        0,
    );
    let inverted: Vec<u8> = bits.iter().map(|byte| !byte).collect();
    assert_same_pixels(
        &png(20, 9, ColorType::Indexed, BitDepth::One, &inverted, |encoder| {
            encoder.set_palette(vec![255, 255, 255, 0, 0, 0]);
        }),
        &rgb,
        0,
    );
    for white_is_zero in [false, true] {
        assert_same_pixels(&bilevel_tiff(&bits, white_is_zero), &rgb, 0);
    }
}

/// A TIFF of 20 × 9 px and one bit, of either polarity.
fn bilevel_tiff(bits: &[u8], white_is_zero: bool) -> Vec<u8> {
    let data: Vec<u8> = bits.iter().map(|byte| if white_is_zero { !byte } else { *byte }).collect();
    tiff(&data, &[(259, 1), (262, u32::from(!white_is_zero))])
}

/// A TIFF of 20 × 9 px and one bit in one strip, with these tags besides.
fn tiff(data: &[u8], further: &[(u16, u32)]) -> Vec<u8> {
    let length = data.len() as u32;
    let mut tags = vec![(256, 20), (257, 9), (258, 1), (277, 1), (278, 9), (279, length)];
    tags.extend(further);
    tags.push((273, 8 + 2 + (tags.len() as u32 + 1) * 12 + 4));
    tags.sort_unstable();
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((tags.len() as u16).to_le_bytes());
    for (tag, value) in tags {
        // Type 4 is a 32-bit number.
        bytes.extend([tag.to_le_bytes(), 4_u16.to_le_bytes()].concat());
        bytes.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
    }
    bytes.extend([0; 4]);
    bytes.extend(data);
    bytes
}

#[test]
fn group_4_in_tiff_is_kept() {
    // White but for a black square at the top left.
    let is_black = |at: usize| at % 20 < 5 && at / 20 < 4;
    let page = GrayImage::from_fn(20, 9, |x, y| Luma([if is_black((y * 20 + x) as usize) { 0 } else { 255 }]));
    let mut inverted = page.clone();
    image::imageops::invert(&mut inverted);
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for row in page.as_raw().chunks(20) {
        let colours = row.iter().map(|value| if *value == 0 { fax::Color::Black } else { fax::Color::White });
        let Ok(()) = encoder.encode_line(colours, 20);
    }
    let Ok(written) = encoder.finish();
    let codes = written.finish();
    for (photometric, expected) in [(0, &page), (1, &inverted)] {
        let expected = DynamicImage::from(expected.clone()).to_rgb8();
        let scan = tiff(&codes, &[(259, 4), (262, photometric)]);
        assert_same_pixels(&scan, &expected, 0);
        assert!(pdf_of(&scan).bytes.windows(codes.len()).any(|window| window == codes));
        let reversed: Vec<u8> = codes.iter().map(|byte| byte.reverse_bits()).collect();
        assert_same_pixels(&tiff(&reversed, &[(259, 4), (262, photometric), (266, 2)]), &expected, 0);
    }
}

#[test]
fn other_files_become_the_same_pixels() {
    let image = DynamicImage::from(rgb(31, 25));
    for format in [ImageFormat::Tiff, ImageFormat::Bmp, ImageFormat::WebP] {
        assert_same_pixels(&encoded(&image, format), &image.to_rgb8(), 0);
    }
    let wide: Vec<u8> = (0..24_u16).flat_map(|at| (at * 2700).to_be_bytes()).collect();
    let expected = GrayImage::from_fn(6, 4, |x, y| Luma([(((y * 6 + x) * 2700) >> 8) as u8]));
    let sixteen = png(6, 4, ColorType::Grayscale, BitDepth::Sixteen, &wide, |_| {});
    assert_same_pixels(&sixteen, &DynamicImage::from(expected).to_rgb8(), 1);
}

#[test]
fn transparent_pixels_become_white() {
    let scan = png(4, 4, ColorType::GrayscaleAlpha, BitDepth::Eight, &[0, 0, 7, 255].repeat(8), |_| {});
    assert_same_pixels(&scan, &RgbImage::from_raw(4, 4, [255, 255, 255, 7, 7, 7].repeat(8)).unwrap(), 0);
}

#[test]
fn jpeg_2000_is_kept() {
    let colour = rgb(32, 24);
    assert_same_pixels(COLOUR_JP2, &colour, 0);
    assert!(pdf_of(COLOUR_JP2).bytes.windows(COLOUR_JP2.len()).any(|window| window == COLOUR_JP2));
    let grey = GrayImage::from_fn(32, 24, |x, y| Luma([(x * y) as u8]));
    assert_same_pixels(GREY_J2K, &DynamicImage::from(grey).to_rgb8(), 0);
}

/// The CMYK JPEG of 16 × 16 px of one colour; `ink` is how much of each ink there is.
fn cmyk_jpeg(ink: [u8; 4]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 100);
    encoder.encode(&ink.repeat(256), 16, 16, jpeg_encoder::ColorType::Cmyk).unwrap();
    bytes
}

#[test]
fn cmyk_jpegs_are_neither_inverted_nor_without_a_profile() {
    for (ink, expected) in
        [([0, 0, 0, 0], [255, 255, 255]), ([0, 0, 0, 255], [0, 0, 0]), ([0, 0, 255, 0], [255, 255, 0])]
    {
        let made = pdf_of(&cmyk_jpeg(ink));
        made.ask("qpdf", &["--check", "{}"]);
        let Some(found) = rendered(&made) else { return };
        let pixel = found.get_pixel(8, 8).0;
        assert!(pixel.iter().zip(expected).all(|(a, b): (&u8, u8)| a.abs_diff(b) < 40), "{ink:?}: {pixel:?}");
    }
}

#[test]
fn what_pdf_does_not_have_is_an_error() {
    let problem = |scan: &[u8]| {
        let mut document = crate::pdf::PdfDocument::start(Vec::new(), super::kit::info()).unwrap();
        let page = crate::pdf::PdfPage { scan, dpi: 300.0, text: None, label: None };
        document.add_page(&page).unwrap_err().to_string()
    };
    assert_eq!(problem(b"a text"), "a file of unknown format cannot be put in a PDF");
    assert_eq!(problem(&[0xFF, 0xD8, 0xFF, 0xD9]), "damaged JPEG: no frame header");
    let mut arithmetic = encoded(&grey(8, 8).into(), ImageFormat::Jpeg);
    let frame = arithmetic.windows(2).position(|window| window == [0xFF, 0xC0]).unwrap();
    arithmetic[frame + 1] = 0xC9;
    assert_eq!(problem(&arithmetic), "JPEG with coding process 9 cannot be put in a PDF");
}
