use std::path::{Path, PathBuf};

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, GrayImage, ImageReader, Rgb, RgbImage};
use shelf_pages::Bbox;

pub(super) const MM_PER_INCH: f64 = 25.4;

/// A decoded scan, 8 bits per channel, opaque.
pub(super) struct DecodedScan {
    /// In grey: what is recognised.
    pub(super) grey: GrayImage,
    /// In colour, if the scan is: what figures are cropped from.
    pub(super) colour: Option<RgbImage>,
    /// Resolution, dots per inch.
    pub(super) dpi: f64,
}

/// A page as it is recognised: in grey, at a known resolution.
pub(super) struct GreyPage {
    pub(super) image: GrayImage,
    /// Resolution, dots per inch.
    pub(super) dpi: f64,
}

/// A scan that cannot be decoded.
#[derive(Debug, thiserror::Error)]
pub(super) enum DecodeError {
    /// The file cannot be opened.
    #[error("cannot open scan {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file is not an image that can be decoded.
    #[error("cannot decode scan {}", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: image::ImageError,
    },
}

/// Maximum side length that Tesseract accepts: its coordinates have 16 bits.
const MAX_SIDE_PX: f64 = 32_000.0;
/// Scans with at least this multiple of the requested resolution are downscaled to it; below, scaling costs more time than it saves.
const MIN_DOWNSCALE_RATIO: f64 = 1.2;
/// Scans below this resolution are enlarged, dots per inch. Measured on pages of `cer` that a `Degrader` had made bad scans of (seeds 1 to 4): the
/// character error rate falls from 21.6 % to 5.0 % at 100 dpi and from 6.4 % to 3.4 % at 150; at 180 dpi it stays at 3.0 %.
const ENLARGE_BELOW_DPI: f64 = 170.0;
/// By how much at least and at most; fourfold enlargement costs twice the time of a threefold one and gains nothing.
const ENLARGEMENT: (f64, f64) = (2.0, 3.0);
/// Standard deviation of the blur after enlargement, px of the scan. From 0.3 to 0.5 it makes little difference; at 0.6 noisy pages read worse, at
/// 0.8 and without blur most do.
const BLUR_SIGMA_PX: f64 = 0.5;

impl DecodedScan {
    /// Decodes a scan without size limits: the worker process that runs this limits its memory, and foldouts are legitimately large.
    pub(super) fn open(path: &Path, dpi: f64) -> Result<Self, DecodeError> {
        let open = |source| DecodeError::Open { path: path.to_owned(), source };
        let mut reader = ImageReader::open(path).map_err(open)?.with_guessed_format().map_err(open)?;
        reader.no_limits();
        let decoded = reader.decode().map_err(|source| DecodeError::Decode { path: path.to_owned(), source })?;
        Ok(Self::of(decoded, dpi))
    }

    /// Converts to 8 bits per channel and blends transparency over white.
    pub(super) fn of(decoded: DynamicImage, dpi: f64) -> Self {
        let layout = decoded.color();
        let opaque = if layout.has_alpha() { blend_over_white(decoded).into() } else { decoded };
        if !layout.has_color() {
            let grey = match opaque {
                DynamicImage::ImageRgb8(rgb) => grey_of(&rgb),
                grey => grey.into_luma8(),
            };
            return Self { grey, colour: None, dpi };
        }
        let colour = opaque.into_rgb8();
        Self { grey: grey_of(&colour), colour: Some(colour), dpi }
    }

    /// Width and height, px.
    pub(super) fn size(&self) -> (u32, u32) {
        self.grey.dimensions()
    }

    /// A part of the scan, in colour if the scan is.
    pub(super) fn crop(&self, Bbox { x, y, width, height }: Bbox) -> DynamicImage {
        match &self.colour {
            Some(colour) => image::imageops::crop_imm(colour, x, y, width, height).to_image().into(),
            None => image::imageops::crop_imm(&self.grey, x, y, width, height).to_image().into(),
        }
    }

    /// The scan in grey at about `dpi`, and its actual resolution. Finer scans are downscaled, coarse ones enlarged and smoothed.
    pub(super) fn grey_at_dpi(&self, dpi: f64) -> GreyPage {
        let (width, height) = self.size();
        let max_factor = MAX_SIDE_PX / f64::from(width.max(height));
        if self.dpi < ENLARGE_BELOW_DPI.min(dpi) {
            let factor = (dpi / self.dpi).clamp(ENLARGEMENT.0, ENLARGEMENT.1).min(max_factor);
            return GreyPage { image: self.enlarged_grey(factor), dpi: self.dpi * factor };
        }
        let downscale = if self.dpi > dpi * MIN_DOWNSCALE_RATIO { dpi / self.dpi } else { 1.0 };
        let factor = downscale.min(max_factor);
        GreyPage { image: self.scaled_grey(factor), dpi: self.dpi * factor }
    }

    /// The scan in grey, enlarged bicubically and blurred, which hides the stairs on the edges of letters.
    fn enlarged_grey(&self, factor: f64) -> GrayImage {
        let grey = &self.grey;
        let side = |px: u32| (f64::from(px) * factor).round().max(1.0) as u32;
        let enlarged = resize(grey, side(grey.width()), side(grey.height()), FilterType::CatmullRom);
        DynamicImage::from(enlarged).blur((BLUR_SIGMA_PX * factor) as f32).into_luma8()
    }

    /// The scan in grey, scaled by `factor`; each side is rounded to whole pixels.
    pub(super) fn scaled_grey(&self, factor: f64) -> GrayImage {
        let grey = &self.grey;
        let side = |px: u32| (f64::from(px) * factor).round().max(1.0) as u32;
        let (width, height) = (side(grey.width()), side(grey.height()));
        if (width, height) == grey.dimensions() {
            grey.clone()
        } else {
            resize(grey, width, height, FilterType::Lanczos3)
        }
    }
}

/// Luma of Rec. ITU-R BT.709, in 1/65536. `DynamicImage::to_luma8` computes the same in floating point, which takes four times as long; of all
/// colours, one in 800 differs, by 1.
const LUMA_WEIGHTS: [u32; 3] = [13_936, 46_869, 4_731];

fn grey_of(colour: &RgbImage) -> GrayImage {
    let luma = |pixel: &[u8; 3]| {
        let weighted = pixel.iter().zip(LUMA_WEIGHTS).map(|(sample, weight)| u32::from(*sample) * weight);
        ((weighted.sum::<u32>() + (1 << 15)) >> 16) as u8
    };
    let (pixels, _) = colour.as_raw().as_chunks::<3>();
    let grey = pixels.iter().map(luma).collect();
    GrayImage::from_raw(colour.width(), colour.height(), grey).expect("there is one byte for each pixel")
}

fn blend_over_white(decoded: DynamicImage) -> RgbImage {
    let transparent = decoded.into_rgba8();
    RgbImage::from_fn(transparent.width(), transparent.height(), |x, y| {
        let [red, green, blue, alpha] = transparent.get_pixel(x, y).0.map(u16::from);
        let blended = |channel: u16| ((channel * alpha + 255 * (255 - alpha)) / 255) as u8;
        Rgb([blended(red), blended(green), blended(blue)])
    })
}

fn resize(grey: &GrayImage, width: u32, height: u32, filter: FilterType) -> GrayImage {
    let from = ImageRef::new(grey.width(), grey.height(), grey.as_raw(), PixelType::U8)
        .expect("a grey image has one byte per pixel");
    let mut to = Image::new(width, height, PixelType::U8);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize(&from, &mut to, &options).expect("both images are grey");
    GrayImage::from_raw(width, height, to.into_vec()).expect("the buffer has the requested size")
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayAlphaImage, ImageFormat, Luma, LumaA};

    fn scan(width: u32, height: u32, dpi: f64) -> DecodedScan {
        DecodedScan { grey: GrayImage::from_pixel(width, height, Luma([200])), colour: None, dpi }
    }

    #[test]
    fn only_much_finer_scans_are_downscaled() {
        let read_at = |dpi: f64| {
            let page = scan(400, 600, dpi).grey_at_dpi(300.0);
            (page.image.dimensions(), page.dpi.round())
        };
        assert_eq!(read_at(300.0), ((400, 600), 300.0));
        assert_eq!(read_at(350.0), ((400, 600), 350.0));
        assert_eq!(read_at(200.0), ((400, 600), 200.0));
        assert_eq!(read_at(600.0), ((200, 300), 300.0));
        assert_eq!(read_at(100.0), ((1200, 1800), 300.0));
    }

    #[test]
    fn sides_never_exceed_the_limit_of_tesseract() {
        let GreyPage { image, dpi } = scan(64_000, 10, 300.0).grey_at_dpi(300.0);
        assert_eq!(image.dimensions(), (32_000, 5));
        assert!((dpi - 150.0).abs() < 1e-9);
    }

    #[test]
    fn transparency_is_blended_over_white() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page_0001.png");
        let mut see_through = GrayAlphaImage::from_pixel(4, 4, LumaA([0, 0]));
        see_through.put_pixel(1, 1, LumaA([10, 255]));
        see_through.save_with_format(&path, ImageFormat::Png).unwrap();
        let opened = DecodedScan::open(&path, 300.0).unwrap();
        let DecodedScan { grey, colour: None, .. } = opened else { panic!("grey stays grey") };
        assert_eq!((grey.get_pixel(0, 0).0, grey.get_pixel(1, 1).0), ([255], [10]));
    }

    #[test]
    fn grey_of_a_colour_is_its_luma() {
        let colours = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * 4) as u8, (y * 4) as u8, (x * y) as u8]));
        let expected = DynamicImage::from(colours.clone()).to_luma8();
        let grey = grey_of(&colours);
        let most = grey.iter().zip(expected.iter()).map(|(found, expected)| found.abs_diff(*expected)).max();
        assert!(most <= Some(1), "{most:?}");
        assert!((0..=255).all(|level| grey_of(&RgbImage::from_pixel(1, 1, Rgb([level; 3]))).as_raw() == &[level]));
    }

    #[test]
    fn figures_of_a_colour_scan_are_in_colour() {
        let colour = RgbImage::from_fn(8, 8, |x, y| Rgb([x as u8, y as u8, 9]));
        let cropped = DecodedScan::of(colour.into(), 300.0).crop(Bbox { x: 2, y: 3, width: 4, height: 1 }).into_rgb8();
        assert_eq!((cropped.dimensions(), cropped.get_pixel(1, 0).0), ((4, 1), [3, 3, 9]));
    }

    #[test]
    fn error_names_a_file_that_is_not_an_image() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page_0002.png");
        std::fs::write(&path, "not an image").unwrap();
        let error = DecodedScan::open(&path, 300.0).err().unwrap().to_string();
        assert!(error.starts_with("cannot decode scan ") && error.ends_with("page_0002.png"), "{error}");
    }
}
