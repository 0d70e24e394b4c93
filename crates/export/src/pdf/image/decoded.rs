use std::borrow::Cow;
use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader};
use png::{BitDepth, ColorType, Filter};

use super::png::read as read_png;
use super::scan_image::{ImageError, ScanImage, damaged};
use crate::pdf::profiles;

const MAX_PIXELS: u64 = 400_000_000;

/// Decodes an image that PDF cannot read as it is, and compresses its pixels again without loss; transparent ones are put on white.
pub(super) fn read<'s>(file: &[u8]) -> Result<ScanImage<'s>, ImageError> {
    let (image, profile) = pixels(file)?;
    let (width, height) = (image.width(), image.height());
    let (colour, depth, pixels) = samples(image);
    let encoded = encode(width, height, colour, depth, &pixels).map_err(|error| damaged("image", error.to_string()))?;
    let ScanImage { width, height, bits, colour, is_inverted, compression, data, .. } =
        read_png(&encoded)?.ok_or_else(|| damaged("image", "no pixels"))?;
    let profile = profiles::usable(profile, &colour);
    let data = Cow::Owned(data.into_owned());
    Ok(ScanImage { width, height, bits, colour, is_inverted, compression, profile, data })
}

/// The pixels of an image, and its colour profile, which is empty if there is none.
pub(super) fn pixels(file: &[u8]) -> Result<(DynamicImage, Vec<u8>), ImageError> {
    let reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .map_err(|error| damaged("image", error.to_string()))?;
    if reader.format().is_none() {
        return Err(ImageError::Unsupported { what: "a file of unknown format".to_owned() });
    }
    let mut decoder = reader.into_decoder().map_err(|error| damaged("image", error.to_string()))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(ImageError::TooLarge { width, height });
    }
    let profile = decoder.icc_profile().ok().flatten().unwrap_or_default();
    let image = DynamicImage::from_decoder(decoder).map_err(|error| damaged("image", error.to_string()))?;
    Ok((image, profile))
}

/// The samples of an image, in as few bits as its values need.
fn samples(image: DynamicImage) -> (ColorType, BitDepth, Vec<u8>) {
    let big_endian = |values: Vec<u16>| values.into_iter().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    match image {
        DynamicImage::ImageLuma8(pixels) if pixels.iter().all(|value| matches!(value, 0 | 255)) => {
            let rows = pixels.as_raw().chunks_exact(pixels.width() as usize);
            let pack = |eight: &[u8]| eight.iter().zip(0..).fold(0, |byte, (value, at)| byte | (value & 0x80) >> at);
            let bits = rows.flat_map(|row| row.chunks(8).map(pack)).collect();
            (ColorType::Grayscale, BitDepth::One, bits)
        }
        DynamicImage::ImageLuma8(pixels) => (ColorType::Grayscale, BitDepth::Eight, pixels.into_raw()),
        DynamicImage::ImageLuma16(pixels) => (ColorType::Grayscale, BitDepth::Sixteen, big_endian(pixels.into_raw())),
        DynamicImage::ImageRgb8(pixels) => (ColorType::Rgb, BitDepth::Eight, pixels.into_raw()),
        DynamicImage::ImageRgb16(pixels) => (ColorType::Rgb, BitDepth::Sixteen, big_endian(pixels.into_raw())),
        DynamicImage::ImageLumaA8(pixels) => (ColorType::Grayscale, BitDepth::Eight, on_white::<1>(pixels.as_raw())),
        DynamicImage::ImageLumaA16(_) => {
            (ColorType::Grayscale, BitDepth::Eight, on_white::<1>(image.to_luma_alpha8().as_raw()))
        }
        other => (ColorType::Rgb, BitDepth::Eight, on_white::<3>(other.to_rgba8().as_raw())),
    }
}

/// Pixels of `N` samples and alpha, composited on white.
fn on_white<const N: usize>(data: &[u8]) -> Vec<u8> {
    let mut opaque = Vec::with_capacity(data.len() / (N + 1) * N);
    for pixel in data.chunks_exact(N + 1) {
        let alpha = u32::from(pixel[N]);
        opaque.extend(pixel[..N].iter().map(|v| ((u32::from(*v) * alpha + 255 * (255 - alpha) + 127) / 255) as u8));
    }
    opaque
}

fn encode(
    width: u32,
    height: u32,
    colour: ColorType,
    depth: BitDepth,
    pixels: &[u8],
) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_compression(png::Compression::Balanced);
    if depth == BitDepth::One {
        encoder.set_filter(Filter::NoFilter);
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}
