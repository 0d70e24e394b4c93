use std::path::Path;

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use super::opened_page::{OpenedPage, PageInFile};
use crate::raster::{Raster, Samples, check_size, on_white, rgb_of_cmyk};
use shelf_runtime::failure::Failure;

/// Opens a JPEG 2000 file (`.jp2`, `.jpx`, `.j2k`), which is kept as PNG.
pub(crate) fn open_page(page: &PageInFile) -> Result<OpenedPage, Failure> {
    let bytes = std::fs::read(&page.file)?;
    let strict = DecodeSettings { strict: true, ..DecodeSettings::default() };
    open(&bytes, &strict).or_else(|error| {
        let mut opened = open(&bytes, &DecodeSettings::default())?;
        opened.warnings.push(format!("{error}; parts of the image may be missing"));
        Ok(opened)
    })
}

fn open(bytes: &[u8], settings: &DecodeSettings) -> Result<OpenedPage, Failure> {
    let damaged = |error: hayro_jpeg2000::DecodeError| Failure::new(format!("damaged JPEG 2000: {error}"));
    let image = Image::new(bytes, settings).map_err(damaged)?;
    let (width, height, bits) = (image.width(), image.height(), image.original_bit_depth());
    let components = image.color_space().num_channels() + u8::from(image.has_alpha());
    // The decoder works on floating-point samples.
    check_size(width, height, usize::from(components) * 32)?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(damaged)?;
    let data = decoded.data_u8();
    let (samples, data) = match (image.color_space().num_channels(), image.has_alpha()) {
        (1, false) => (Samples::Grey8, data),
        (1, true) => (Samples::Grey8, on_white::<1>(&data)),
        (3, false) => (Samples::Rgb8, data),
        (3, true) => (Samples::Rgb8, on_white::<3>(&data)),
        (4, false) if !matches!(image.color_space(), ColorSpace::Unknown { .. }) => {
            let rgb = data.chunks_exact(4).flat_map(|ink| rgb_of_cmyk([ink[0], ink[1], ink[2], ink[3]]));
            (Samples::Rgb8, rgb.collect())
        }
        (channels, _) => {
            return Err(Failure::new(format!("JPEG 2000 with {channels} colour channels: expected grey, RGB or CMYK"))
                .hint("convert it first, for example with OpenJPEG: `opj_decompress -i page.jp2 -o page.png`"));
        }
    };
    let mut opened = OpenedPage::pixels(Raster::new(width, height, samples, data)?, stated_dpi(bytes));
    if bits > 8 {
        opened.warnings.push(format!("its {bits} bits per channel were reduced to 8"));
    }
    Ok(opened)
}

/// Width and height, px.
pub(crate) fn size(file: &Path) -> Option<(u32, u32)> {
    let bytes = std::fs::read(file).ok()?;
    let image = Image::new(&bytes, &DecodeSettings::default()).ok()?;
    Some((image.width(), image.height()))
}

/// The horizontal resolution in the header of a JP2 file, dots per inch: box `resc` (of the scanner) or `resd` (for display) in `res ` in
/// `jp2h`, as ISO/IEC 15444-1, I.5.3.7 describes it.
fn stated_dpi(bytes: &[u8]) -> Option<f64> {
    let resolution = content_of(content_of(bytes, *b"jp2h")?, *b"res ")?;
    let stated = content_of(resolution, *b"resc").or_else(|| content_of(resolution, *b"resd"))?;
    let number = |at: usize| Some(f64::from(u16::from_be_bytes(stated.get(at..at + 2)?.try_into().ok()?)));
    let exponent = i32::from(i8::from_be_bytes([*stated.get(9)?]));
    let per_metre = number(4)? / number(6)? * 10_f64.powi(exponent);
    let dpi = per_metre * 0.0254;
    (dpi.is_finite() && dpi > 0.0).then_some(dpi)
}

/// The content of the first box of a kind. A box begins with its length, 4 bytes, and its kind; length 1 means that a length of 8 bytes
/// follows, length 0 that the box reaches to the end.
fn content_of(mut boxes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    loop {
        let length = u32::from_be_bytes(boxes.get(..4)?.try_into().ok()?) as usize;
        let found = boxes.get(4..8)?;
        let (header, length) = match length {
            0 => (8, boxes.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(boxes.get(8..16)?.try_into().ok()?)).ok()?),
            length => (8, length),
        };
        if found == kind.as_slice() {
            return boxes.get(header..length);
        }
        boxes = boxes.get(length.max(header)..)?;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::formats::file_format::{ConvertibleFormat, FileFormat};

    // Made by Pillow 12, without loss: red 8x, green 10y, blue 4(x + y); grey xy. The resolution was put in by hand: 11811 px per metre.
    const COLOUR: &[u8] = include_bytes!("test_images/colour.jp2");
    const GREY: &[u8] = include_bytes!("test_images/grey.j2k");

    fn opened(bytes: &[u8]) -> Result<OpenedPage, Failure> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let format = FileFormat::Convertible(ConvertibleFormat::Jpeg2000);
        open_page(&PageInFile { file: file.path().to_owned(), format, page: 1, dpi: 300 })
    }

    #[test]
    fn colours_and_resolution_are_read() {
        let page = opened(COLOUR).unwrap();
        assert_eq!((page.raster.width, page.raster.height, page.raster.samples), (32, 24, Samples::Rgb8));
        let expected = (0..24_u8).flat_map(|y| (0..32_u8).flat_map(move |x| [x * 8, y * 10, (x + y) * 4]));
        assert_eq!(page.raster.data, expected.collect::<Vec<u8>>());
        assert_eq!(page.stated_dpi.map(f64::round), Some(300.0));
    }

    #[test]
    fn a_codestream_without_a_container_is_read() {
        let page = opened(GREY).unwrap();
        let expected = (0..24_u32).flat_map(|y| (0..32_u32).map(move |x| (x * y) as u8));
        assert_eq!((page.raster.samples, page.raster.data), (Samples::Grey8, expected.collect()));
        assert_eq!(page.stated_dpi, None);
    }

    #[test]
    fn a_truncated_image_is_kept_with_a_warning() {
        let page = opened(&COLOUR[..COLOUR.len() - 150]).unwrap();
        assert!(page.warnings[0].ends_with("parts of the image may be missing"), "{:?}", page.warnings);
        assert!(opened(COLOUR).unwrap().warnings.is_empty());
    }

    #[test]
    fn a_truncated_header_is_an_error() {
        assert!(opened(&COLOUR[..60]).unwrap_err().error.starts_with("damaged JPEG 2000"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_resolution_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), at in 0..200_usize) {
            let mut damaged = COLOUR.to_vec();
            let end = (at + bytes.len()).min(damaged.len());
            damaged.splice(at.min(end)..end, bytes);
            let _ = stated_dpi(&damaged);
        }
    }
}
