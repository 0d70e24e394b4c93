use std::sync::Arc;

use base64::Engine as _;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, Resizer};
use image::{DynamicImage, GrayImage, ImageBuffer, ImageReader, Pixel, RgbImage, imageops};
use jpeg_encoder::{ColorType, Encoder};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::excerpt::stacked_size;
use super::picture_settings::scaled;
use super::{Excerpt, PictureSettings, Region};
use shelf_runtime::failure::Failure;
use shelf_runtime::record::Hash;
use shelf_runtime::worker::{Task, worker_task};
use shelf_scans::{PageImage, ScanFile};

/// A page's scan, or an excerpt of it, as it is sent to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The JPEG file.
    jpeg: Vec<u8>,
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    /// Hash of the file.
    pub hash: Hash,
}

/// A picture encoded in the worker process.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct EncodedPicture {
    jpeg: ByteBuf,
    width: u32,
    height: u32,
}

/// What the worker process is to make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ShrinkOptions {
    excerpt: Excerpt,
    settings: PictureSettings,
}

/// Decodes a scan, crops it to the excerpt and scales it down, in a worker process.
static SHRINK: Task<(ScanFile, ShrinkOptions), EncodedPicture> = Task::new("llm.shrink", shrink);
worker_task!(SHRINK);

/// Maximum difference between the channels of a grey pixel: less is noise of the scanner.
const MAX_GREY_CHANNEL_SPREAD: u8 = 24;
/// Fill between strips and beside narrow ones: a grey that neither paper nor ink has.
const GAP_GREY: u8 = 128;
/// How often a picture is scaled down to fit into `max_bytes`.
const MAX_SHRINK_ATTEMPTS: u32 = 6;

impl Picture {
    /// A picture from a JPEG file of this size in px.
    #[must_use]
    pub fn of_jpeg(jpeg: Vec<u8>, width: u32, height: u32) -> Self {
        let hash = Hash::of(&jpeg);
        Self { jpeg, width, height, hash }
    }

    /// The JPEG file.
    #[must_use]
    pub fn jpeg(&self) -> &[u8] {
        &self.jpeg
    }

    /// The picture as a `data:` URL.
    pub(crate) fn data_url(&self) -> String {
        format!("data:image/jpeg;base64,{}", base64::engine::general_purpose::STANDARD.encode(&self.jpeg))
    }

    /// Makes the picture of an excerpt. Blocks until a worker process has made it.
    pub(crate) fn of_scan(
        scan: &PageImage,
        excerpt: &Excerpt,
        settings: PictureSettings,
    ) -> Result<Arc<Self>, Failure> {
        let made = scan.with(&SHRINK, ShrinkOptions { excerpt: excerpt.clone(), settings })?;
        Ok(Arc::new(Self::of_jpeg(made.jpeg.into_vec(), made.width, made.height)))
    }
}

fn shrink((scan, options): (ScanFile, ShrinkOptions)) -> Result<EncodedPicture, Failure> {
    let mut reader = ImageReader::open(&scan.path)?.with_guessed_format()?;
    // The worker process limits memory instead.
    reader.no_limits();
    let ShrinkOptions { excerpt, settings: PictureSettings { max_bytes, quality, .. } } = options;
    let cropped = crop(simplified(reader.decode()?), &excerpt);
    let mut factor = options.settings.factor(scan.dpi);
    for _ in 0..MAX_SHRINK_ATTEMPTS {
        let scaled = resized(&cropped, factor)?;
        let jpeg = encoded(&scaled, quality)?;
        if jpeg.len() <= max_bytes as usize {
            return Ok(EncodedPicture { jpeg: ByteBuf::from(jpeg), width: scaled.width(), height: scaled.height() });
        }
        factor *= (f64::from(max_bytes) / jpeg.len() as f64).sqrt() * 0.95;
    }
    Err(Failure::new(format!("cannot scale the scan down to {max_bytes} bytes")))
}

/// Encodes a picture as JPEG.
fn encoded(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, Failure> {
    let side = |px: u32| {
        u16::try_from(px)
            .map_err(|_| Failure::new(format!("a JPEG cannot be {px} px wide or high: the maximum is 65535")))
    };
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let colour = if picture.color().has_color() { ColorType::Rgb } else { ColorType::Luma };
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, quality).encode(picture.as_bytes(), width, height, colour)?;
    Ok(jpeg)
}

/// The scan with eight bits per channel, without alpha, and grey if the scan is.
fn simplified(decoded: DynamicImage) -> DynamicImage {
    if !decoded.color().has_color() {
        return decoded.into_luma8().into();
    }
    let colour = decoded.into_rgb8();
    let is_grey = colour.pixels().all(|pixel| {
        let [red, green, blue] = pixel.0;
        red.max(green).max(blue) - red.min(green).min(blue) <= MAX_GREY_CHANNEL_SPREAD
    });
    let colour = DynamicImage::from(colour);
    if is_grey { colour.into_luma8().into() } else { colour }
}

/// The excerpt of a scan.
fn crop(scan: DynamicImage, excerpt: &Excerpt) -> DynamicImage {
    match (excerpt, scan) {
        (Excerpt::Page, scan) => scan,
        (Excerpt::Strips { strips, gap }, DynamicImage::ImageLuma8(scan)) => stack(&scan, strips, *gap).into(),
        (Excerpt::Strips { strips, gap }, scan) => stack(&scan.into_rgb8(), strips, *gap).into(),
    }
}

/// Stacks strips of a scan, aligned left.
fn stack<P: Pixel<Subpixel = u8>>(
    scan: &ImageBuffer<P, Vec<u8>>,
    strips: &[Region],
    gap: u32,
) -> ImageBuffer<P, Vec<u8>> {
    let (width, height) = stacked_size(strips, gap);
    let fill = [GAP_GREY; 4];
    let mut sheet = ImageBuffer::from_pixel(width, height, *P::from_slice(&fill[..usize::from(P::CHANNEL_COUNT)]));
    let mut top = 0;
    for strip in strips {
        let part = imageops::crop_imm(scan, strip.x, strip.y, strip.width, strip.height);
        imageops::replace(&mut sheet, &*part, 0, top);
        top += i64::from(strip.height + gap);
    }
    sheet
}

fn resized(picture: &DynamicImage, factor: f64) -> Result<DynamicImage, Failure> {
    let (width, height) = scaled((picture.width(), picture.height()), factor);
    if (width, height) == (picture.width(), picture.height()) {
        return Ok(picture.clone());
    }
    let pixels = if picture.color().has_color() { PixelType::U8x3 } else { PixelType::U8 };
    let from = ImageRef::new(picture.width(), picture.height(), picture.as_bytes(), pixels)?;
    let mut to = Image::new(width, height, pixels);
    Resizer::new().resize(&from, &mut to, None)?;
    let bytes = to.into_vec();
    let resized = match pixels {
        PixelType::U8 => GrayImage::from_raw(width, height, bytes).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, bytes).map(DynamicImage::from),
    };
    Ok(resized.expect("the size it was made with"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb};

    fn shrunk(picture: impl Into<DynamicImage>, dpi: f64, max_bytes: u32) -> Result<DynamicImage, Failure> {
        shown(picture, dpi, max_bytes, Excerpt::Page)
    }

    fn shown(
        picture: impl Into<DynamicImage>,
        dpi: f64,
        max_bytes: u32,
        excerpt: Excerpt,
    ) -> Result<DynamicImage, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page_0001.png");
        let picture = picture.into();
        picture.save(&path).unwrap();
        let scan = ScanFile { path, dpi, width: picture.width(), height: picture.height() };
        let settings = PictureSettings { dpi: 300.0, max_bytes, quality: 75 };
        let made = shrink((scan, ShrinkOptions { excerpt, settings }))?;
        assert!(made.jpeg.len() <= max_bytes as usize);
        let read = image::load_from_memory(&made.jpeg).unwrap();
        assert_eq!((read.width(), read.height()), (made.width, made.height));
        Ok(read)
    }

    /// Noise, which does not compress.
    fn noise(width: u32, height: u32) -> GrayImage {
        let mut state = 1_u32;
        GrayImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Luma([(state >> 24) as u8])
        })
    }

    #[test]
    fn scales_down_fine_scans_only() {
        let page = || GrayImage::from_pixel(600, 900, Luma([240]));
        assert_eq!(shrunk(page(), 600.0, 800_000).unwrap().width(), 300);
        assert_eq!(shrunk(page(), 200.0, 800_000).unwrap().width(), 600);
    }

    #[test]
    fn keeps_colour_only_where_the_scan_has_it() {
        let yellowed = RgbImage::from_pixel(60, 90, Rgb([240, 236, 225]));
        assert!(!shrunk(yellowed, 300.0, 800_000).unwrap().color().has_color());
        let mut stamped = RgbImage::from_pixel(60, 90, Rgb([240, 236, 225]));
        for x in 0..20 {
            stamped.put_pixel(x, 5, Rgb([200, 20, 20]));
        }
        assert!(shrunk(stamped, 300.0, 800_000).unwrap().color().has_color());
    }

    /// A page with two marks of 20 × 20 px, and a strip around each: the lower one first.
    fn marked() -> (GrayImage, Excerpt) {
        let mut page = GrayImage::from_pixel(600, 900, Luma([255]));
        for (x, y) in (0..20).flat_map(|x| (0..20).map(move |y| (x, y))) {
            page.put_pixel(240 + x, 140 + y, Luma([0]));
            page.put_pixel(390 + x, 740 + y, Luma([0]));
        }
        let strip = |x, y, width| Region { x, y, width, height: 100 };
        (page, Excerpt::Strips { strips: vec![strip(200, 700, 400), strip(50, 100, 300)], gap: 10 })
    }

    #[test]
    fn stacks_strips_with_grey_gap() {
        let (page, excerpt) = marked();
        let seen = shown(page, 300.0, 800_000, excerpt).unwrap().into_luma8();
        assert_eq!(seen.dimensions(), (400, 210));
        let near = |x, y, grey: u8| {
            let found = seen.get_pixel(x, y).0[0];
            assert!(found.abs_diff(grey) < 10, "{found} at {x}, {y}");
        };
        // The marks, the paper around them, the gap, and the fill beside the narrow strip.
        near(200, 50, 0);
        near(200, 160, 0);
        near(150, 50, 255);
        near(240, 160, 255);
        near(200, 105, GAP_GREY);
        near(350, 160, GAP_GREY);
    }

    #[test]
    fn scales_strips_like_pages() {
        let (page, excerpt) = marked();
        let coarse = shown(page, 600.0, 800_000, excerpt).unwrap();
        assert_eq!((coarse.width(), coarse.height()), (200, 105));
        let (_, excerpt) = marked();
        let small = shown(noise(600, 900), 300.0, 10_000, excerpt).unwrap();
        assert!((50..300).contains(&small.width()), "{}", small.width());
    }

    #[test]
    fn strips_keep_colour() {
        let red = RgbImage::from_pixel(60, 90, Rgb([200, 20, 20]));
        let excerpt = Excerpt::Strips { strips: vec![Region { x: 0, y: 10, width: 60, height: 8 }], gap: 4 };
        let seen = shown(red, 300.0, 800_000, excerpt).unwrap();
        assert_eq!((seen.width(), seen.height()), (60, 8));
        assert!(seen.color().has_color());
    }

    #[test]
    fn respects_max_bytes() {
        let page = shrunk(noise(800, 1000), 300.0, 60_000).unwrap();
        assert!((100..700).contains(&page.width()), "{}", page.width());
        assert!(shrunk(noise(80, 100), 300.0, 10).unwrap_err().to_string().contains("cannot scale the scan down"));
    }
}
