use std::io::Cursor;
use std::path::Path;

use image::metadata::Orientation;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::{CompressionMethod, Tag};
use tiff::{ColorType, TiffError};

use super::opened_page::{OpenedPage, PageInFile};
use super::page_estimate::{PageEstimate, is_landscape};
use crate::raster::{Raster, Samples, check_size, rgb_of_cmyk, swaps_sides, unpacked};
use shelf_runtime::failure::Failure;

type Tiff<'a> = Decoder<Cursor<&'a [u8]>>;

const CONVERT: &str = "convert it first, for example with ImageMagick: `convert page.tif page.png`";

/// Opens one page of a TIFF file, which is kept as PNG, since programs differ in which kinds of TIFF they read.
pub(crate) fn open_page(page: &PageInFile) -> Result<OpenedPage, Failure> {
    let mut bytes = std::fs::read(&page.file)?;
    reverse_bits_if_needed(&mut bytes, page.page)?;
    let mut tiff = open(&bytes)?;
    tiff.seek_to_image(page.page as usize - 1).map_err(damaged)?;
    let stated_dpi = resolution_of(&mut tiff);
    let orientation = orientation_of(&mut tiff);
    let raster = decode(&mut tiff)?.oriented(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(OpenedPage::pixels(raster, stated_dpi))
}

/// Estimates of the pages of a TIFF file, from their headers.
pub(crate) fn inspect(path: &Path) -> Result<Vec<PageEstimate>, Failure> {
    let bytes = std::fs::read(path)?;
    let mut tiff = open(&bytes)?;
    let mut pages = Vec::new();
    loop {
        let (width, height) = tiff.dimensions().map_err(damaged)?;
        let pixels = u64::from(width) * u64::from(height);
        let bits = tiff.colortype().map_or(8, |colour| u64::from(colour.bit_depth()) * u64::from(colour.num_samples()));
        // As PNG, bilevel pages take about a fifth of their raw size, others three quarters.
        let raw_bytes = pixels * bits / 8;
        let bytes = if bits == 1 { raw_bytes / 5 } else { raw_bytes * 3 / 4 };
        let (width, height) =
            if orientation_of(&mut tiff).is_some_and(swaps_sides) { (height, width) } else { (width, height) };
        pages.push(PageEstimate { pixels, bytes, is_landscape: is_landscape(width.into(), height.into()) });
        if !tiff.more_images() {
            return Ok(pages);
        }
        if tiff.next_image().is_err() {
            // The next page is damaged, so the pages after it cannot be reached: they count as one.
            pages.push(PageEstimate::UNREADABLE);
            return Ok(pages);
        }
    }
}

fn open(bytes: &[u8]) -> Result<Tiff<'_>, Failure> {
    let mut limits = Limits::unlimited();
    limits.decoding_buffer_size = 900 << 20;
    limits.intermediate_buffer_size = 900 << 20;
    limits.ifd_value_size = 64 << 20;
    Ok(Decoder::new(Cursor::new(bytes)).map_err(damaged)?.with_limits(limits))
}

fn orientation_of(tiff: &mut Tiff<'_>) -> Option<Orientation> {
    tiff.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten().and_then(Orientation::from_exif)
}

fn damaged(error: TiffError) -> Failure {
    match error {
        TiffError::UnsupportedError(_) => Failure::new(format!("unsupported kind of TIFF: {error}")).hint(CONVERT),
        error => Failure::new(format!("damaged TIFF: {error}")),
    }
}

fn decode(tiff: &mut Tiff<'_>) -> Result<Raster, Failure> {
    let compression = tiff.find_tag_unsigned::<u16>(Tag::Compression).map_err(damaged)?;
    if compression == Some(CompressionMethod::JPEG.to_u16()) {
        return Err(Failure::new("unsupported compression: old-style JPEG in TIFF (compression 6)").hint(CONVERT));
    }
    let (width, height) = tiff.dimensions().map_err(damaged)?;
    let colour = tiff.colortype().map_err(damaged)?;
    let bits = colour.bit_depth();
    check_size(width, height, usize::from(bits) * usize::from(colour.num_samples()))?;
    let palette = match colour {
        ColorType::Palette(_) => Some(tiff.get_tag_u16_vec(Tag::ColorMap).map_err(damaged)?),
        _ => None,
    };
    let mut read = DecodingResult::U8(Vec::new());
    let layout = tiff.read_image_to_buffer(&mut read).map_err(damaged)?;
    if layout.planes > 1 {
        return Err(Failure::new("unsupported kind of TIFF: colours in separate planes").hint(CONVERT));
    }
    let unsupported = || Failure::new(format!("unsupported kind of TIFF: samples are {colour:?}")).hint(CONVERT);
    let (data, is_wide) = match read {
        DecodingResult::U8(data) => (data, false),
        DecodingResult::U16(data) => (data.into_iter().flat_map(u16::to_be_bytes).collect(), true),
        _ => return Err(unsupported()),
    };
    let raster = |samples, data| Raster::new(width, height, samples, data);
    match (colour, is_wide) {
        (ColorType::Gray(1), false) => raster(Samples::Bilevel, data),
        (ColorType::Gray(8), false) => raster(Samples::Grey8, data),
        (ColorType::Gray(16), true) => raster(Samples::Grey16, data),
        (ColorType::Gray(2 | 4), false) => {
            let step = 255 / ((1 << bits) - 1);
            raster(Samples::Grey8, unpacked(width, bits, &data).map(|value| value * step).collect())
        }
        (ColorType::RGB(8), false) => raster(Samples::Rgb8, data),
        (ColorType::RGB(16), true) => raster(Samples::Rgb16, data),
        (ColorType::Palette(1 | 2 | 4 | 8), false) => {
            let map = palette.unwrap_or_default();
            let third = map.len() / 3;
            let part = |index: usize| map.get(index).map_or(0, |value| (value >> 8) as u8);
            let colour = |index: u8| [0, 1, 2].map(|plane| part(plane * third + usize::from(index)));
            let pixels = unpacked(width, bits, &data).flat_map(colour).collect();
            Ok(raster(Samples::Rgb8, pixels)?.reduced_to_grey())
        }
        (ColorType::GrayA(8), false) => from_image(image::GrayAlphaImage::from_raw(width, height, data), unsupported),
        (ColorType::RGBA(8), false) => from_image(image::RgbaImage::from_raw(width, height, data), unsupported),
        (ColorType::CMYK(8), false) => {
            let rgb = data.chunks_exact(4).flat_map(|ink| rgb_of_cmyk([ink[0], ink[1], ink[2], ink[3]]));
            raster(Samples::Rgb8, rgb.collect())
        }
        _ => Err(unsupported()),
    }
}

fn from_image<I: Into<image::DynamicImage>>(
    image: Option<I>,
    otherwise: impl Fn() -> Failure,
) -> Result<Raster, Failure> {
    Raster::from_image(image.ok_or_else(otherwise)?.into())
}

/// The resolution in the file, dots per inch; some programs write it for one direction only, or as 0.
fn resolution_of(tiff: &mut Tiff<'_>) -> Option<f64> {
    let mut density = |tag: Tag| {
        tiff.find_tag(tag).ok().flatten().and_then(|value| {
            use tiff::decoder::ifd::Value;
            match value {
                Value::Rational(over, under) if under > 0 => Some(f64::from(over) / f64::from(under)),
                Value::Float(density) => Some(f64::from(density)),
                Value::Double(density) => Some(density),
                value => value.into_u32().ok().map(f64::from),
            }
        })
    };
    let density = density(Tag::XResolution).filter(|d| *d > 0.0).or_else(|| density(Tag::YResolution))?;
    match tiff.find_tag_unsigned::<u16>(Tag::ResolutionUnit).ok().flatten() {
        Some(1) => None,
        Some(3) => Some(density * 2.54),
        _ => Some(density),
    }
}

/// Reverses the bits of faxes that are stored with the lowest bit first (`FillOrder` 2), which the decoder does not support.
fn reverse_bits_if_needed(bytes: &mut [u8], page: u32) -> Result<(), Failure> {
    let mut strips = Vec::new();
    {
        let mut tiff = open(bytes)?;
        tiff.seek_to_image(page as usize - 1).map_err(damaged)?;
        if tiff.find_tag_unsigned::<u16>(Tag::FillOrder).ok().flatten() == Some(2) {
            let mut list = |tag: Tag| tiff.find_tag_unsigned_vec::<u64>(tag).ok().flatten().unwrap_or_default();
            let (offsets, lengths) = (list(Tag::StripOffsets), list(Tag::StripByteCounts));
            strips.extend(offsets.into_iter().zip(lengths));
        }
    }
    for (offset, length) in strips {
        let range = usize::try_from(offset).ok().zip(usize::try_from(offset.saturating_add(length)).ok());
        if let Some(strip) = range.and_then(|(from, to)| bytes.get_mut(from..to)) {
            for byte in strip {
                *byte = byte.reverse_bits();
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::file_format::FileFormat;
    use crate::scan::write::{ScanRequest, WrittenScan, write_scan};
    use shelf_runtime::book::PageNumber;

    /// A bilevel TIFF of 16 × 2 px, black is 0, with these additional tags.
    fn tiff(tags: &[(u16, u32)], rows: [u8; 4]) -> Vec<u8> {
        let mut all = vec![(256, 16), (257, 2), (258, 1), (259, 1), (262, 1), (273, 8), (277, 1), (278, 2), (279, 4)];
        all.retain(|(tag, _)| tags.iter().all(|(other, _)| other != tag));
        all.extend(tags);
        all.sort_unstable();
        let mut bytes = b"II*\0\x0C\0\0\0".to_vec();
        bytes.extend(rows);
        bytes.extend((all.len() as u16).to_le_bytes());
        for (tag, value) in all {
            // Type 4 is a 32-bit number.
            bytes.extend([tag.to_le_bytes(), 4_u16.to_le_bytes()].concat());
            bytes.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
        }
        bytes.extend([0; 4]);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<(WrittenScan, image::GrayImage), Failure> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.tif");
        std::fs::write(&file, bytes).unwrap();
        let number = PageNumber::new(1).unwrap();
        let from = PageInFile { file, format: FileFormat::Tiff, page: 1, dpi: 300 };
        let scan = write_scan(ScanRequest::whole(from, folder.path(), number))?;
        let image = image::open(folder.path().join(&scan.image)).unwrap().into_luma8();
        Ok((scan, image))
    }

    fn light(image: &image::GrayImage) -> Vec<(u32, u32)> {
        image.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] > 0).map(|(x, y, _)| (x, y)).collect()
    }

    #[test]
    fn reads_bits_in_either_order() {
        let rows = [0b1000_0000, 0, 0, 0b0000_0001];
        assert_eq!(light(&read(&tiff(&[], rows)).unwrap().1), [(0, 0), (15, 1)]);
        assert_eq!(light(&read(&tiff(&[(266, 2)], rows)).unwrap().1), [(7, 0), (8, 1)]);
    }

    #[test]
    fn reads_white_as_zero() {
        let rows = [0b0111_1111, 0xFF, 0xFF, 0xFF];
        assert_eq!(light(&read(&tiff(&[(262, 0)], rows)).unwrap().1), [(0, 0)]);
    }

    #[test]
    fn rotates_page_by_its_orientation_tag() {
        let (scan, image) = read(&tiff(&[(274, 6)], [0b1000_0000, 0, 0, 0])).unwrap();
        assert_eq!((scan.width, scan.height), (2, 16));
        assert_eq!(light(&image), [(1, 0)], "the top left pixel moves to the top right");
    }

    #[test]
    fn reads_resolution_in_inches_centimetres_or_no_unit() {
        let dpi = |tags: &[(u16, u32)]| resolution_of(&mut open(&tiff(tags, [0; 4])).unwrap());
        assert_eq!(dpi(&[(282, 300)]), Some(300.0));
        assert_eq!(dpi(&[(282, 100), (296, 3)]), Some(254.0));
        assert_eq!(dpi(&[(282, 300), (296, 1)]), None);
        assert_eq!(dpi(&[(282, 0), (283, 200)]), Some(200.0));
    }

    #[test]
    fn rejects_old_style_jpeg_with_a_hint() {
        let failure = read(&tiff(&[(259, 6)], [0; 4])).unwrap_err();
        assert!(failure.to_string().contains("old-style JPEG") && failure.hint.is_some(), "{failure}");
    }
}
