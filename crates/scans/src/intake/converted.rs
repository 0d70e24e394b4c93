use std::io::{BufReader, Cursor};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::kind::Convertible;
use super::opened::{FilePage, Opened};
use super::raster::{Raster, check_size};
use shelf_runtime::failure::Failure;

/// Opens a picture of one of the rarer formats, which is kept as PNG.
pub(crate) fn open_page(page: &FilePage, format: Convertible) -> Result<Opened, Failure> {
    let (format, name) = match format {
        Convertible::Bmp => (ImageFormat::Bmp, "BMP"),
        Convertible::Gif => (ImageFormat::Gif, "GIF"),
        Convertible::Webp => (ImageFormat::WebP, "WebP"),
        Convertible::Pnm => (ImageFormat::Pnm, "PNM"),
    };
    let bytes = std::fs::read(&page.file)?;
    let broken = |error: image::ImageError| Failure::new(format!("the {name} is broken: {error}"));
    let mut reader = ImageReader::with_format(BufReader::new(Cursor::new(&bytes)), format);
    reader.no_limits();
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height, usize::from(decoder.color_type().bits_per_pixel()))?;
    let orientation = decoder.orientation().map_err(broken)?;
    let said = if format == ImageFormat::Bmp { bmp_dpi(&bytes) } else { None };
    let raster = Raster::from_image(DynamicImage::from_decoder(decoder).map_err(broken)?)?.turned(orientation);
    Ok(Opened::pixels(raster, said))
}

/// The resolution in a BMP header, which counts pixels a metre at byte 38.
fn bmp_dpi(bytes: &[u8]) -> Option<f64> {
    let per_metre = u32::from_le_bytes(bytes.get(38..42)?.try_into().ok()?);
    (per_metre > 0).then(|| f64::from(per_metre) * 0.0254)
}
