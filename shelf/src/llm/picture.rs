use std::io::Cursor;
use std::sync::Arc;

use base64::Engine as _;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageEncoder, ImageReader, RgbImage};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::PictureSettings;
use crate::child::{Task, child_task};
use crate::record::Hash;
use crate::stage::{Failure, PageImage, ScanFile};

/// A page's scan as a model gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// A JPEG file.
    jpeg: Vec<u8>,
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    /// Hash of the file.
    pub hash: Hash,
}

/// A picture on its way from the child process.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Encoded {
    jpeg: ByteBuf,
    width: u32,
    height: u32,
}

/// What a child process is told of the picture to make.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Wanted {
    dpi: f64,
    max_bytes: u32,
    quality: u8,
}

/// Decodes a scan and makes it as small as a model needs it, in a child process.
static SHRINK: Task<(ScanFile, Wanted), Encoded> = Task::new("llm.shrink", shrink);
child_task!(SHRINK);

/// A scan is grey when no pixel's channels are further apart: a scanner's noise, not a colour.
const GREY_WITHIN: u8 = 24;
/// A picture that is still too large is made smaller so many times.
const TRIES: u32 = 6;

impl Picture {
    /// A JPEG file of this size in px.
    #[must_use]
    pub fn of_jpeg(jpeg: Vec<u8>, width: u32, height: u32) -> Self {
        let hash = Hash::of(&jpeg);
        Self { jpeg, width, height, hash }
    }

    /// The file.
    #[must_use]
    pub fn jpeg(&self) -> &[u8] {
        &self.jpeg
    }

    /// As it stands in a request.
    pub(super) fn data_url(&self) -> String {
        format!("data:image/jpeg;base64,{}", base64::engine::general_purpose::STANDARD.encode(&self.jpeg))
    }

    /// Makes the picture of a scan. Blocks until a child process has done it.
    pub(super) fn of_scan(scan: &PageImage, settings: PictureSettings) -> Result<Arc<Self>, Failure> {
        let PictureSettings { dpi, max_bytes, quality } = settings;
        let made = scan.with(&SHRINK, Wanted { dpi, max_bytes, quality })?;
        Ok(Arc::new(Self::of_jpeg(made.jpeg.into_vec(), made.width, made.height)))
    }
}

fn shrink((scan, wanted): (ScanFile, Wanted)) -> Result<Encoded, Failure> {
    let mut reader = ImageReader::open(&scan.path)?.with_guessed_format()?;
    // What it may take is limited by this process.
    reader.no_limits();
    let decoded = plain(reader.decode()?);
    let mut factor = (wanted.dpi / scan.dpi).min(1.0);
    for _ in 0..TRIES {
        let scaled = scaled(&decoded, factor)?;
        let mut jpeg = Cursor::new(Vec::new());
        JpegEncoder::new_with_quality(&mut jpeg, wanted.quality).write_image(
            scaled.as_bytes(),
            scaled.width(),
            scaled.height(),
            scaled.color().into(),
        )?;
        let jpeg = jpeg.into_inner();
        if jpeg.len() <= wanted.max_bytes as usize {
            return Ok(Encoded { jpeg: ByteBuf::from(jpeg), width: scaled.width(), height: scaled.height() });
        }
        factor *= (f64::from(wanted.max_bytes) / jpeg.len() as f64).sqrt() * 0.95;
    }
    Err(Failure::new(format!("the scan cannot be made smaller than {} bytes", wanted.max_bytes)))
}

/// Eight bits a channel, opaque, and grey if the scan is.
fn plain(decoded: DynamicImage) -> DynamicImage {
    if !decoded.color().has_color() {
        return decoded.into_luma8().into();
    }
    let colour = decoded.into_rgb8();
    let is_grey = colour.pixels().all(|pixel| {
        let [red, green, blue] = pixel.0;
        red.max(green).max(blue) - red.min(green).min(blue) <= GREY_WITHIN
    });
    let colour = DynamicImage::from(colour);
    if is_grey { colour.into_luma8().into() } else { colour }
}

fn scaled(picture: &DynamicImage, factor: f64) -> Result<DynamicImage, Failure> {
    let side = |px: u32| (f64::from(px) * factor).round().max(1.0) as u32;
    let (width, height) = (side(picture.width()), side(picture.height()));
    if (width, height) == (picture.width(), picture.height()) {
        return Ok(picture.clone());
    }
    let pixels = if picture.color().has_color() { PixelType::U8x3 } else { PixelType::U8 };
    let from = ImageRef::new(picture.width(), picture.height(), picture.as_bytes(), pixels)?;
    let mut to = Image::new(width, height, pixels);
    Resizer::new().resize(&from, &mut to, None)?;
    let bytes = to.into_vec();
    let scaled = match pixels {
        PixelType::U8 => GrayImage::from_raw(width, height, bytes).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, bytes).map(DynamicImage::from),
    };
    Ok(scaled.expect("the size it was made with"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb};

    fn shrunk(picture: impl Into<DynamicImage>, dpi: f64, max_bytes: u32) -> Result<DynamicImage, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page_0001.png");
        let picture = picture.into();
        picture.save(&path).unwrap();
        let scan = ScanFile { path, dpi, width: picture.width(), height: picture.height() };
        let made = shrink((scan, Wanted { dpi: 300.0, max_bytes, quality: 75 }))?;
        assert!(made.jpeg.len() <= max_bytes as usize);
        let read = image::load_from_memory(&made.jpeg).unwrap();
        assert_eq!((read.width(), read.height()), (made.width, made.height));
        Ok(read)
    }

    /// No compression makes noise small.
    fn noise(width: u32, height: u32) -> GrayImage {
        let mut state = 1_u32;
        GrayImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Luma([(state >> 24) as u8])
        })
    }

    #[test]
    fn a_fine_scan_is_made_coarser_and_a_coarse_one_stays() {
        let page = || GrayImage::from_pixel(600, 900, Luma([240]));
        assert_eq!(shrunk(page(), 600.0, 800_000).unwrap().width(), 300);
        assert_eq!(shrunk(page(), 200.0, 800_000).unwrap().width(), 600);
    }

    #[test]
    fn it_is_grey_if_the_scan_is() {
        let yellowed = RgbImage::from_pixel(60, 90, Rgb([240, 236, 225]));
        assert!(!shrunk(yellowed, 300.0, 800_000).unwrap().color().has_color());
        let mut stamped = RgbImage::from_pixel(60, 90, Rgb([240, 236, 225]));
        for x in 0..20 {
            stamped.put_pixel(x, 5, Rgb([200, 20, 20]));
        }
        assert!(shrunk(stamped, 300.0, 800_000).unwrap().color().has_color());
    }

    #[test]
    fn it_is_no_larger_than_allowed() {
        let page = shrunk(noise(800, 1000), 300.0, 60_000).unwrap();
        assert!((100..700).contains(&page.width()), "{}", page.width());
        assert!(shrunk(noise(80, 100), 300.0, 10).unwrap_err().to_string().contains("cannot be made smaller"));
    }
}
