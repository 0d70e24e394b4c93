use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use image::{ExtendedColorType, RgbImage};
use shelf::draw::{Document, DrawnPage, PageFormat, Scanner};

/// Drawn pages in colour, with their texts.
#[derive(Debug, Clone)]
pub struct Pages {
    /// The folder with `png/page_0001.png`, `jpeg/page_0001.jpg` and `text/page_0001.txt`.
    pub folder: PathBuf,
}

/// How many pages are drawn.
const COUNT: usize = 12;
/// At which resolution, dots per inch.
const DPI: u32 = 600;
const JPEG_QUALITY: u8 = 85;

/// Draws the pages, from the words in `texts`, unless they are there.
///
/// # Errors
/// They cannot be written.
pub fn draw_pages(folder: &Path, texts: &str) -> io::Result<Pages> {
    let complete = folder.join("complete");
    if !complete.exists() {
        for part in ["png", "jpeg", "text"] {
            fs::create_dir_all(folder.join(part))?;
        }
        let scanner = Scanner::new(12);
        let pages = Document::new().running_heads("OF SPEED", "AND ITS MEASUREMENT").body().prose(texts);
        for (page, number) in pages.typeset(&PageFormat::octavo().at_dpi(DPI)).iter().take(COUNT).zip(1..) {
            write_page(folder, &scanner.scan(page, number), number)?;
        }
        fs::write(complete, "")?;
    }
    Ok(Pages { folder: folder.to_owned() })
}

fn write_page(folder: &Path, page: &DrawnPage, number: u32) -> io::Result<()> {
    let stem = format!("page_{number:04}");
    fs::write(folder.join(format!("text/{stem}.txt")), page.text())?;
    let colour = on_old_paper(page);
    write_png(&folder.join(format!("png/{stem}.png")), &colour)?;
    let file = BufWriter::new(fs::File::create(folder.join(format!("jpeg/{stem}.jpg")))?);
    let mut jpeg = JpegEncoder::new_with_quality(file, JPEG_QUALITY);
    jpeg.set_pixel_density(PixelDensity::dpi(DPI as u16));
    jpeg.encode(colour.as_raw(), colour.width(), colour.height(), ExtendedColorType::Rgb8).map_err(io::Error::other)
}

/// The page on paper that has become yellow.
fn on_old_paper(page: &DrawnPage) -> RgbImage {
    let tint = |grey: u8, of_255: u16| (u16::from(grey) * of_255 / 255) as u8;
    RgbImage::from_fn(page.image.width(), page.image.height(), |x, y| {
        let grey = page.image.get_pixel(x, y).0[0];
        image::Rgb([grey, tint(grey, 244), tint(grey, 216)])
    })
}

fn write_png(path: &Path, page: &RgbImage) -> io::Result<()> {
    let mut encoder = png::Encoder::new(BufWriter::new(fs::File::create(path)?), page.width(), page.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Balanced);
    let per_metre = (f64::from(DPI) / 0.0254).round() as u32;
    let unit = png::Unit::Meter;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit }));
    encoder.write_header()?.write_image_data(page.as_raw()).map_err(io::Error::other)
}
