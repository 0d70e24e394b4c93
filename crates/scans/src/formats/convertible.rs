use std::io::{BufReader, Cursor};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::file_format::ConvertibleFormat;
use super::jpeg2000;
use super::opened_page::{OpenedPage, PageInFile};
use crate::raster::{Raster, check_size};
use shelf_runtime::failure::Failure;

/// Opens an image in one of the rarer formats, which is kept as PNG.
pub(crate) fn open_page(page: &PageInFile, format: ConvertibleFormat) -> Result<OpenedPage, Failure> {
    let (format, name) = match format {
        ConvertibleFormat::Bmp => (ImageFormat::Bmp, "BMP"),
        ConvertibleFormat::Gif => (ImageFormat::Gif, "GIF"),
        ConvertibleFormat::Webp => (ImageFormat::WebP, "WebP"),
        ConvertibleFormat::Pnm => (ImageFormat::Pnm, "PNM"),
        ConvertibleFormat::Jpeg2000 => return jpeg2000::open_page(page),
    };
    let bytes = std::fs::read(&page.file)?;
    let damaged = |error: image::ImageError| Failure::new(format!("damaged {name}: {error}"));
    let mut reader = ImageReader::with_format(BufReader::new(Cursor::new(&bytes)), format);
    reader.no_limits();
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height, usize::from(decoder.color_type().bits_per_pixel()))?;
    let orientation = decoder.orientation().map_err(damaged)?;
    let stated_dpi = if format == ImageFormat::Bmp { bmp_dpi(&bytes) } else { None };
    let raster = Raster::from_image(DynamicImage::from_decoder(decoder).map_err(damaged)?)?.oriented(orientation);
    Ok(OpenedPage::pixels(raster, stated_dpi))
}

/// The resolution in a BMP header: pixels per metre, at byte 38.
fn bmp_dpi(bytes: &[u8]) -> Option<f64> {
    let per_metre = u32::from_le_bytes(bytes.get(38..42)?.try_into().ok()?);
    (per_metre > 0).then(|| f64::from(per_metre) * 0.0254)
}
