use std::path::{Path, PathBuf};

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, Resizer};
use image::{DynamicImage, GrayImage, ImageReader, Rgb, RgbImage};

/// A scan, decoded: grey or colour, 8 bits, opaque.
pub(super) struct Scan {
    pub(super) picture: DynamicImage,
    /// Resolution, dots per inch.
    pub(super) dpi: f64,
}

/// A scan that cannot be decoded.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScanError {
    /// The file cannot be opened.
    #[error("the scan {} cannot be opened", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no image that can be decoded.
    #[error("the scan {} cannot be decoded", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// Why.
        source: image::ImageError,
    },
}

/// Longest side that Tesseract reads; its coordinates have 16 bits.
const LONGEST_SIDE: f64 = 32_000.0;
/// Scans that are finer than this times the wanted resolution are scaled down to it; below, scaling costs more than it saves.
const MUCH_FINER: f64 = 1.2;

impl Scan {
    /// Decodes a scan. What it may take is limited by the process that runs this, not here: a foldout is large and no attack.
    pub(super) fn open(path: &Path, dpi: f64) -> Result<Self, ScanError> {
        let open = |source| ScanError::Open { path: path.to_owned(), source };
        let mut reader = ImageReader::open(path).map_err(open)?.with_guessed_format().map_err(open)?;
        reader.no_limits();
        let decoded = reader.decode().map_err(|source| ScanError::Decode { path: path.to_owned(), source })?;
        Ok(Self { picture: plain(decoded), dpi })
    }

    /// Width and height, px.
    pub(super) fn size(&self) -> (u32, u32) {
        (self.picture.width(), self.picture.height())
    }

    /// The scan in grey at about `dpi`, and the resolution it then has. Only a scan that is much finer is scaled: enlarging a
    /// coarse one makes its text worse (measured: at 100 dpi a character error rate of 12 % becomes 19 %).
    pub(super) fn grey_at(&self, dpi: f64) -> (GrayImage, f64) {
        let (width, height) = self.size();
        let finer = if self.dpi > dpi * MUCH_FINER { dpi / self.dpi } else { 1.0 };
        let factor = finer.min(LONGEST_SIDE / f64::from(width.max(height)));
        (self.grey_scaled(factor), self.dpi * factor)
    }

    /// The scan in grey, `factor` times as wide and high, rounded to whole pixels.
    pub(super) fn grey_scaled(&self, factor: f64) -> GrayImage {
        let grey = match &self.picture {
            DynamicImage::ImageLuma8(grey) => std::borrow::Cow::Borrowed(grey),
            colour => std::borrow::Cow::Owned(colour.to_luma8()),
        };
        let side = |px: u32| (f64::from(px) * factor).round().max(1.0) as u32;
        let (width, height) = (side(grey.width()), side(grey.height()));
        if (width, height) == grey.dimensions() { grey.into_owned() } else { scaled(&grey, width, height) }
    }
}

/// Eight bits a channel, and what is transparent on white.
fn plain(decoded: DynamicImage) -> DynamicImage {
    let colour = decoded.color();
    match (colour.has_alpha(), colour.has_color()) {
        (false, false) => decoded.into_luma8().into(),
        (false, true) => decoded.into_rgb8().into(),
        (true, has_colour) => {
            let on_white = DynamicImage::from(on_white(decoded));
            if has_colour { on_white } else { on_white.into_luma8().into() }
        }
    }
}

fn on_white(decoded: DynamicImage) -> RgbImage {
    let transparent = decoded.into_rgba8();
    RgbImage::from_fn(transparent.width(), transparent.height(), |x, y| {
        let [red, green, blue, alpha] = transparent.get_pixel(x, y).0.map(u16::from);
        let blended = |channel: u16| ((channel * alpha + 255 * (255 - alpha)) / 255) as u8;
        Rgb([blended(red), blended(green), blended(blue)])
    })
}

fn scaled(grey: &GrayImage, width: u32, height: u32) -> GrayImage {
    let from = ImageRef::new(grey.width(), grey.height(), grey.as_raw(), PixelType::U8)
        .expect("a grey image has a byte a pixel");
    let mut to = Image::new(width, height, PixelType::U8);
    Resizer::new().resize(&from, &mut to, None).expect("both pictures are grey");
    GrayImage::from_raw(width, height, to.into_vec()).expect("the size it was made with")
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayAlphaImage, ImageFormat, Luma, LumaA};

    fn scan(width: u32, height: u32, dpi: f64) -> Scan {
        Scan { picture: GrayImage::from_pixel(width, height, Luma([200])).into(), dpi }
    }

    #[test]
    fn only_scans_much_finer_are_scaled() {
        let read_at = |dpi: f64| {
            let (picture, at) = scan(400, 600, dpi).grey_at(300.0);
            (picture.dimensions(), at.round())
        };
        assert_eq!(read_at(300.0), ((400, 600), 300.0));
        assert_eq!(read_at(350.0), ((400, 600), 350.0));
        assert_eq!(read_at(200.0), ((400, 600), 200.0));
        assert_eq!(read_at(600.0), ((200, 300), 300.0));
        assert_eq!(read_at(100.0), ((400, 600), 100.0));
    }

    #[test]
    fn no_side_is_longer_than_tesseract_reads() {
        let (picture, dpi) = scan(64_000, 10, 300.0).grey_at(300.0);
        assert_eq!(picture.dimensions(), (32_000, 5));
        assert!((dpi - 150.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_transparent_lies_on_white() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page_0001.png");
        let mut see_through = GrayAlphaImage::from_pixel(4, 4, LumaA([0, 0]));
        see_through.put_pixel(1, 1, LumaA([10, 255]));
        see_through.save_with_format(&path, ImageFormat::Png).unwrap();
        let opened = Scan::open(&path, 300.0).unwrap();
        let DynamicImage::ImageLuma8(grey) = opened.picture else { panic!("grey stays grey") };
        assert_eq!((grey.get_pixel(0, 0).0, grey.get_pixel(1, 1).0), ([255], [10]));
    }

    #[test]
    fn a_file_that_is_no_image_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page_0002.png");
        std::fs::write(&path, "no picture").unwrap();
        let error = Scan::open(&path, 300.0).err().unwrap().to_string();
        assert!(error.starts_with("the scan ") && error.ends_with("page_0002.png cannot be decoded"), "{error}");
    }
}
