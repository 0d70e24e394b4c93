use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageBuffer};
use png::{BitDepth, ColorType, Transformations};

use super::exif::Exif;
use super::opened_page::{OpenedPage, PageInFile};
use crate::raster::{Raster, Samples, check_size};
use shelf_runtime::failure::Failure;

/// Chunks with metadata of programs and cameras: EXIF, texts (including XMP), the time.
const PRIVATE_CHUNKS: [&[u8; 4]; 5] = [b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"];

/// Opens a PNG file, which is kept as it is except for private metadata; if it has to be rotated or is transparent, it is written anew.
pub(crate) fn open_page(page: &PageInFile) -> Result<OpenedPage, Failure> {
    let bytes = std::fs::read(&page.file)?;
    let Decoded { raster, dpi, exif, is_transparent } = decode(&bytes)?;
    let stated_dpi = dpi.or(exif.dpi);
    if exif.orientation == Orientation::NoTransforms && !is_transparent {
        return Ok(OpenedPage::file("png", without_private_metadata(&bytes), raster, stated_dpi));
    }
    Ok(OpenedPage::pixels(raster.oriented(exif.orientation), stated_dpi))
}

/// Width and height of the upright image, px, and the resolution that the file states, dots per inch, without decoding it.
pub(crate) fn header(bytes: &[u8]) -> Option<(u32, u32, Option<f64>)> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: 64 << 20 });
    decoder.set_ignore_text_chunk(true);
    let reader = decoder.read_info().ok()?;
    let info = reader.info();
    let exif = info.exif_metadata.as_deref().map(Exif::read).unwrap_or_default();
    let stated_dpi = stated_dpi(info).or(exif.dpi);
    let is_sideways = crate::raster::swaps_sides(exif.orientation);
    let (width, height) = (info.width, info.height);
    Some(if is_sideways { (height, width, stated_dpi) } else { (width, height, stated_dpi) })
}

fn stated_dpi(info: &png::Info<'_>) -> Option<f64> {
    info.pixel_dims.and_then(|dimensions| match dimensions.unit {
        png::Unit::Meter => Some(f64::from(dimensions.xppu) * 0.0254),
        png::Unit::Unspecified => None,
    })
}

pub(crate) struct Decoded {
    pub(crate) raster: Raster,
    dpi: Option<f64>,
    exif: Exif,
    is_transparent: bool,
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, Failure> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: 64 << 20 });
    decoder.set_ignore_text_chunk(true);
    let header = decoder.read_header_info().map_err(|error| damaged(&error))?;
    let (width, height) = (header.width, header.height);
    check_size(width, height, header.bits_per_pixel())?;
    let is_bilevel = (header.color_type, header.bit_depth) == (ColorType::Grayscale, BitDepth::One);
    decoder.set_transformations(if is_bilevel { Transformations::IDENTITY } else { Transformations::EXPAND });
    let mut reader = decoder.read_info().map_err(|error| damaged(&error))?;
    let dpi = stated_dpi(reader.info());
    let exif = reader.info().exif_metadata.as_deref().map(Exif::read).unwrap_or_default();
    let (colour, depth) = reader.output_color_type();
    check_size(width, height, colour.samples() * if depth == BitDepth::Sixteen { 16 } else { 8 })?;
    let size = reader.output_buffer_size().ok_or_else(|| Failure::new("PNG too large for this machine"))?;
    let mut data = vec![0; size];
    reader.next_frame(&mut data).map_err(|error| damaged(&error))?;
    let samples = match (colour, depth) {
        (ColorType::Grayscale, BitDepth::One) => Some(Samples::Bilevel),
        (ColorType::Grayscale, BitDepth::Eight) => Some(Samples::Grey8),
        (ColorType::Grayscale, BitDepth::Sixteen) => Some(Samples::Grey16),
        (ColorType::Rgb, BitDepth::Eight) => Some(Samples::Rgb8),
        (ColorType::Rgb, BitDepth::Sixteen) => Some(Samples::Rgb16),
        _ => None,
    };
    if let Some(samples) = samples {
        return Ok(Decoded { raster: Raster::new(width, height, samples, data)?, dpi, exif, is_transparent: false });
    }
    let is_wide = depth == BitDepth::Sixteen;
    let is_opaque = match (colour.samples(), is_wide) {
        (count, false) => data.chunks_exact(count).all(|pixel| pixel[count - 1] == 255),
        (count, true) => data.chunks_exact(2 * count).all(|pixel| pixel[2 * count - 2..] == [255, 255]),
    };
    // Transparent images are reduced from sixteen bits to eight.
    let narrow = if is_wide { data.chunks_exact(2).map(|sample| sample[0]).collect() } else { data };
    let image = match colour {
        ColorType::GrayscaleAlpha => ImageBuffer::from_raw(width, height, narrow).map(DynamicImage::ImageLumaA8),
        _ => ImageBuffer::from_raw(width, height, narrow).map(DynamicImage::ImageRgba8),
    };
    let image = image.ok_or_else(|| Failure::new("damaged PNG: too few pixels"))?;
    Ok(Decoded { raster: Raster::from_image(image)?, dpi, exif, is_transparent: !is_opaque })
}

fn damaged(error: &png::DecodingError) -> Failure {
    // The rest of the message is the decoder's dump of the chunk.
    let error = error.to_string();
    let error = error.split(" while decoding").next().unwrap_or_default().trim_end_matches('.');
    Failure::new(format!("damaged PNG: {error}"))
}

/// The file without private metadata; the same bytes where it has none.
fn without_private_metadata(bytes: &[u8]) -> Vec<u8> {
    const SIGNATURE: usize = 8;
    let mut kept = bytes[..SIGNATURE.min(bytes.len())].to_vec();
    let mut rest = &bytes[kept.len()..];
    while let Some((length, kind)) = rest.first_chunk::<8>().map(|head| (&head[..4], &head[4..])) {
        let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
        let chunk = &rest[..length.saturating_add(12).min(rest.len())];
        if !PRIVATE_CHUNKS.iter().any(|private| kind == private.as_slice()) {
            kept.extend_from_slice(chunk);
        }
        rest = &rest[chunk.len()..];
        if kind == b"IEND" {
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_text(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 8, 1);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
        encoder.add_text_chunk("Raw profile type exif".to_owned(), text.to_owned()).unwrap();
        encoder.write_header().unwrap().write_image_data(&[0b1010_1010]).unwrap();
        bytes
    }

    #[test]
    fn removes_private_chunks_and_keeps_pixels() {
        let canary = b"52.5163 N";
        let bytes = with_text("52.5163 N");
        let kept = without_private_metadata(&bytes);
        assert!(bytes.windows(9).any(|window| window == canary) && !kept.windows(9).any(|window| window == canary));
        assert_eq!(decode(&kept).unwrap().raster, decode(&bytes).unwrap().raster);
        assert_eq!(without_private_metadata(&kept), kept);
    }

    #[test]
    fn bilevel_image_stays_bilevel_in_memory() {
        let raster = decode(&with_text("")).unwrap().raster;
        assert_eq!((raster.samples, raster.data), (Samples::Bilevel, vec![0b1010_1010]));
    }

    #[test]
    fn transparent_pixels_become_white() {
        let clear = image::RgbaImage::from_pixel(2, 2, image::Rgba([0, 0, 0, 0]));
        let mut bytes = std::io::Cursor::new(Vec::new());
        DynamicImage::ImageRgba8(clear).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let decoded = decode(&bytes.into_inner()).unwrap();
        assert!(decoded.is_transparent && decoded.raster.data.iter().all(|sample| *sample == 255));
    }
}
