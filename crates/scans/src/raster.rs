use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use image::DynamicImage;
use image::metadata::Orientation;

use shelf_runtime::failure::Failure;
use shelf_runtime::worker::allow_pixels;

/// An image in memory, laid out as in PNG: rows from the top, each padded to whole bytes, samples big-endian, 0 is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raster {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) samples: Samples,
    pub(crate) data: Vec<u8>,
}

/// The samples of a pixel of a [`Raster`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Samples {
    /// One bit.
    Bilevel,
    Grey8,
    Grey16,
    Rgb8,
    Rgb16,
}

/// The most pixels that a scan may have: a foldout of a metre by half a metre at 600 dpi has 280 million.
pub(crate) const MAX_PIXELS: u64 = 400_000_000;
/// The most memory that one image may take, bytes.
const MAX_BYTES: u64 = 900 << 20;

impl Samples {
    pub(crate) fn bits(self) -> usize {
        match self {
            Self::Bilevel => 1,
            Self::Grey8 => 8,
            Self::Grey16 => 16,
            Self::Rgb8 => 24,
            Self::Rgb16 => 48,
        }
    }

    /// Bytes in a row of this many pixels.
    pub(crate) fn row_bytes(self, width: u32) -> usize {
        (width as usize * self.bits()).div_ceil(8)
    }
}

/// Refuses an image that is too large before allocating memory for it; otherwise reports its size to the worker process.
pub(crate) fn check_size(width: u32, height: u32, bits_per_pixel: usize) -> Result<(), Failure> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(Failure::new(format!("the image has {width} × {height} px: expected at least 1 × 1")));
    }
    let bytes = pixels.saturating_mul(bits_per_pixel as u64) / 8;
    if pixels > MAX_PIXELS || bytes > MAX_BYTES {
        let megapixels = pixels / 1_000_000;
        return Err(Failure::new(format!(
            "the image has {width} × {height} px ({megapixels} megapixels): expected at most {} megapixels and {} MiB",
            MAX_PIXELS / 1_000_000,
            MAX_BYTES >> 20
        ))
        .hint("reduce its size, for example with ImageMagick: `convert big.png -resize 50% small.png`"));
    }
    allow_pixels(pixels);
    Ok(())
}

impl Raster {
    /// The image of these bytes; surplus bytes are cut off, too few are an error.
    pub(crate) fn new(width: u32, height: u32, samples: Samples, mut data: Vec<u8>) -> Result<Self, Failure> {
        let expected = samples.row_bytes(width) * height as usize;
        if data.len() < expected {
            return Err(Failure::new(format!(
                "truncated image: {} bytes, expected {expected} for {width} × {height} px",
                data.len()
            )));
        }
        data.truncate(expected);
        Ok(Self { width, height, samples, data })
    }

    /// A decoded image; transparent pixels are put on white.
    pub(crate) fn from_image(image: DynamicImage) -> Result<Self, Failure> {
        let (width, height) = (image.width(), image.height());
        let big_endian = |values: Vec<u16>| values.into_iter().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        let (samples, data) = match image {
            DynamicImage::ImageLuma8(pixels) => (Samples::Grey8, pixels.into_raw()),
            DynamicImage::ImageLuma16(pixels) => (Samples::Grey16, big_endian(pixels.into_raw())),
            DynamicImage::ImageRgb8(pixels) => (Samples::Rgb8, pixels.into_raw()),
            DynamicImage::ImageRgb16(pixels) => (Samples::Rgb16, big_endian(pixels.into_raw())),
            DynamicImage::ImageLumaA8(pixels) => (Samples::Grey8, on_white::<1>(pixels.as_raw())),
            DynamicImage::ImageRgba8(pixels) => (Samples::Rgb8, on_white::<3>(pixels.as_raw())),
            DynamicImage::ImageLumaA16(_) => (Samples::Grey8, on_white::<1>(image.to_luma_alpha8().as_raw())),
            other => (Samples::Rgb8, on_white::<3>(other.to_rgba8().as_raw())),
        };
        Self::new(width, height, samples, data)
    }

    /// A white image.
    pub(crate) fn white(width: u32, height: u32, samples: Samples) -> Self {
        Self { width, height, samples, data: vec![0xFF; samples.row_bytes(width) * height as usize] }
    }

    fn row_bytes(&self) -> usize {
        self.samples.row_bytes(self.width)
    }

    /// Luminance of a pixel, 0 (black) to 255.
    pub(crate) fn luminance(&self, x: u32, y: u32) -> u8 {
        let row = &self.data[y as usize * self.row_bytes()..][..self.row_bytes()];
        let x = x as usize;
        let rgb = |r: u8, g: u8, b: u8| ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000) as u8;
        match self.samples {
            Samples::Bilevel => {
                if row[x / 8] & (0x80 >> (x % 8)) == 0 {
                    0
                } else {
                    255
                }
            }
            Samples::Grey8 => row[x],
            Samples::Grey16 => row[2 * x],
            Samples::Rgb8 => rgb(row[3 * x], row[3 * x + 1], row[3 * x + 2]),
            Samples::Rgb16 => rgb(row[6 * x], row[6 * x + 2], row[6 * x + 4]),
        }
    }

    /// The image rotated or mirrored.
    pub(crate) fn oriented(self, orientation: Orientation) -> Self {
        use Orientation::{
            FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270, Rotate270FlipH,
        };
        let (right, bottom) = (self.width - 1, self.height - 1);
        let from: &dyn Fn(u32, u32) -> (u32, u32) = match orientation {
            NoTransforms => return self,
            FlipHorizontal => &|x, y| (right - x, y),
            Rotate180 => &|x, y| (right - x, bottom - y),
            FlipVertical => &|x, y| (x, bottom - y),
            Rotate90 => &|x, y| (y, bottom - x),
            Rotate270 => &|x, y| (right - y, x),
            Rotate90FlipH => &|x, y| (y, x),
            Rotate270FlipH => &|x, y| (right - y, bottom - x),
        };
        let (width, height) =
            if swaps_sides(orientation) { (self.height, self.width) } else { (self.width, self.height) };
        let (old_row, new_row) = (self.row_bytes(), self.samples.row_bytes(width));
        let mut data = vec![0; new_row * height as usize];
        let bytes = self.samples.bits() / 8;
        for y in 0..height {
            let row = &mut data[y as usize * new_row..][..new_row];
            for x in 0..width {
                let (old_x, old_y) = from(x, y);
                let (x, old_x, old_start) = (x as usize, old_x as usize, old_y as usize * old_row);
                if bytes == 0 {
                    let bit = self.data[old_start + old_x / 8] >> (7 - old_x % 8) & 1;
                    row[x / 8] |= bit << (7 - x % 8);
                } else {
                    row[x * bytes..][..bytes].copy_from_slice(&self.data[old_start + old_x * bytes..][..bytes]);
                }
            }
        }
        Self { width, height, samples: self.samples, data }
    }

    /// Copies some columns of the same row of another image with the same samples into a row, at column `at`.
    pub(crate) fn copy_into_row(&mut self, row: u32, at: u32, other: &Self, columns: Range<u32>) {
        debug_assert_eq!(self.samples, other.samples, "the samples are the same");
        let (at, from, count) = (at as usize, columns.start as usize, columns.len());
        let (new_row, old_row) = (self.row_bytes(), other.row_bytes());
        let new = &mut self.data[row as usize * new_row..][..new_row];
        let old = &other.data[row as usize * old_row..][..old_row];
        let bytes = self.samples.bits() / 8;
        if bytes > 0 {
            new[at * bytes..][..count * bytes].copy_from_slice(&old[from * bytes..][..count * bytes]);
            return;
        }
        for (x, old_x) in (at..at + count).zip(from..) {
            let mask = 0x80 >> (x % 8);
            let is_light = old[old_x / 8] & (0x80 >> (old_x % 8)) != 0;
            new[x / 8] = if is_light { new[x / 8] | mask } else { new[x / 8] & !mask };
        }
    }

    /// The image cropped, or padded with white, at its right and lower edge.
    pub(crate) fn fitted(self, width: u32, height: u32) -> Self {
        let mut fitted = Self::white(width, height, self.samples);
        for row in 0..height.min(self.height) {
            fitted.copy_into_row(row, 0, &self, 0..width.min(self.width));
        }
        fitted
    }

    /// The same pixels in as few bits as necessary: RGB that is all grey becomes grey.
    pub(crate) fn reduced_to_grey(mut self) -> Self {
        if self.samples == Samples::Rgb8 && self.data.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]) {
            self.data = self.data.chunks_exact(3).map(|pixel| pixel[0]).collect();
            self.samples = Samples::Grey8;
        }
        self
    }

    /// Writes the image as a PNG file, flushed to disk.
    pub(crate) fn write_png(&self, path: &Path, dpi: f64) -> Result<(), Failure> {
        use png::{BitDepth, ColorType, Compression, PixelDimensions, Unit};
        let file = File::create_new(path)?;
        let mut writer = BufWriter::with_capacity(1 << 18, file);
        let mut encoder = png::Encoder::new(&mut writer, self.width, self.height);
        let (colour, depth) = match self.samples {
            Samples::Bilevel => (ColorType::Grayscale, BitDepth::One),
            Samples::Grey8 => (ColorType::Grayscale, BitDepth::Eight),
            Samples::Grey16 => (ColorType::Grayscale, BitDepth::Sixteen),
            Samples::Rgb8 => (ColorType::Rgb, BitDepth::Eight),
            Samples::Rgb16 => (ColorType::Rgb, BitDepth::Sixteen),
        };
        encoder.set_color(colour);
        encoder.set_depth(depth);
        // PNG filters do not help with bilevel images, which need a real search for runs; the fast mode is made for the others.
        if self.samples == Samples::Bilevel {
            encoder.set_compression(Compression::Balanced);
            encoder.set_filter(png::Filter::NoFilter);
        } else {
            encoder.set_compression(Compression::Fast);
        }
        let per_metre = (dpi / 0.0254).round() as u32;
        encoder.set_pixel_dims(Some(PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }));
        let mut encoder = encoder.write_header()?;
        encoder.write_image_data(&self.data)?;
        encoder.finish()?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        Ok(())
    }
}

/// Whether width and height are exchanged.
pub(crate) fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

/// The colour of a CMYK pixel: each ink absorbs its share of the light.
pub(crate) fn rgb_of_cmyk([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let left = 255 - u32::from(black);
    [cyan, magenta, yellow].map(|ink| ((255 - u32::from(ink)) * left / 255) as u8)
}

/// Samples of less than a byte, one per byte, without the padding of rows.
pub(crate) fn unpacked(width: u32, bits: u8, data: &[u8]) -> impl Iterator<Item = u8> {
    let (width, bits) = (width as usize, usize::from(bits));
    let mask = ((1_u16 << bits) - 1) as u8;
    data.chunks_exact((width * bits).div_ceil(8))
        .flat_map(move |row| (0..width).map(move |x| row[x * bits / 8] >> (8 - bits - x * bits % 8) & mask))
}

/// Pixels of `N` samples and alpha, composited on white.
pub(crate) fn on_white<const N: usize>(data: &[u8]) -> Vec<u8> {
    let mut opaque = Vec::with_capacity(data.len() / (N + 1) * N);
    for pixel in data.chunks_exact(N + 1) {
        let alpha = u32::from(pixel[N]);
        opaque.extend(pixel[..N].iter().map(|v| ((u32::from(*v) * alpha + 255 * (255 - alpha) + 127) / 255) as u8));
    }
    opaque
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3 × 2 grey pixels: 1 2 3 / 4 5 6.
    fn six() -> Raster {
        Raster::new(3, 2, Samples::Grey8, vec![1, 2, 3, 4, 5, 6]).unwrap()
    }

    #[test]
    fn orienting_agrees_with_the_image_crate() {
        let buffer = image::GrayImage::from_raw(3, 2, vec![1, 2, 3, 4, 5, 6]).unwrap();
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            let mut expected = DynamicImage::ImageLuma8(buffer.clone());
            expected.apply_orientation(orientation);
            assert_eq!(six().oriented(orientation), Raster::from_image(expected).unwrap(), "orientation {exif}");
        }
    }

    #[test]
    fn bilevel_images_are_oriented_like_grey_ones() {
        let bits = Raster::new(10, 3, Samples::Bilevel, vec![0xF1, 0x40, 0x0F, 0x80, 0x55, 0x00]).unwrap();
        let grey = |bits: &Raster| -> Vec<u8> {
            (0..bits.height)
                .flat_map(|y| (0..bits.width).map(move |x| (x, y)))
                .map(|(x, y)| bits.luminance(x, y))
                .collect()
        };
        let bytes = Raster::new(10, 3, Samples::Grey8, grey(&bits)).unwrap();
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            assert_eq!(grey(&bits.clone().oriented(orientation)), bytes.clone().oriented(orientation).data, "{exif}");
        }
    }

    #[test]
    fn transparent_pixels_are_composited_on_white() {
        let clear = image::GrayAlphaImage::from_raw(3, 1, vec![0, 0, 0, 255, 0, 128]).unwrap();
        assert_eq!(Raster::from_image(clear.into()).unwrap().data, [255, 0, 127]);
    }

    #[test]
    fn png_round_trip_keeps_pixels() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.png");
        six().write_png(&path, 300.0).unwrap();
        assert_eq!(image::open(&path).unwrap().into_luma8().into_raw(), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn rejects_too_large_image_by_its_header() {
        assert!(check_size(0, 10, 8).is_err());
        assert!(check_size(35_000, 35_000, 1).unwrap_err().to_string().contains("1225 megapixels"));
        assert!(check_size(15_000, 10_000, 24).is_ok(), "a foldout of 150 megapixels passes");
    }
}
