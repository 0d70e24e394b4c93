use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use image::{DynamicImage, ImageReader};
use jpeg_encoder::{ColorType, Encoder};

use crate::ExportError;

/// The long side of an exported figure is at most so long, px.
const MAX_SIDE_PX: u32 = 1600;
const QUALITY: u8 = 82;

/// A figure as JPEG without metadata.
pub(crate) struct Jpeg {
    pub(crate) bytes: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Reads a picture, scales it down if it is large, and compresses it.
pub(crate) fn jpeg(path: &Path) -> Result<Jpeg, ExportError> {
    let unreadable = |source: image::ImageError| ExportError::Image { path: path.to_owned(), source };
    let reader = ImageReader::open(path).and_then(ImageReader::with_guessed_format);
    let image = reader.map_err(|error| unreadable(error.into()))?.decode().map_err(unreadable)?;
    let image = if image.width().max(image.height()) > MAX_SIDE_PX {
        image.resize(MAX_SIDE_PX, MAX_SIDE_PX, FilterType::CatmullRom)
    } else {
        image
    };
    encode(&image, path.to_owned())
}

fn encode(image: &DynamicImage, path: PathBuf) -> Result<Jpeg, ExportError> {
    let (width, height) = (image.width(), image.height());
    let mut bytes = Vec::new();
    let encoder = Encoder::new(&mut bytes, QUALITY);
    let written = if image.color().has_color() {
        encoder.encode(image.to_rgb8().as_raw(), width as u16, height as u16, ColorType::Rgb)
    } else {
        encoder.encode(image.to_luma8().as_raw(), width as u16, height as u16, ColorType::Luma)
    };
    written.map_err(|source| ExportError::Jpeg { path, source })?;
    Ok(Jpeg { bytes, width, height })
}

/// The name of an exported figure: `page_0007_img_001.jpg`.
pub(crate) fn jpeg_name(image_file: &str) -> String {
    let stem = image_file.rsplit_once('.').map_or(image_file, |(stem, _)| stem);
    format!("{stem}.jpg")
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    #[test]
    fn figure_is_a_small_jpeg_without_metadata() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        GrayImage::from_fn(3200, 800, |x, y| Luma([(x / 16 + y / 8) as u8])).save(&path).unwrap();
        let found = jpeg(&path).unwrap();
        assert_eq!((found.width, found.height), (1600, 400));
        let decoded = image::load_from_memory(&found.bytes).unwrap();
        assert_eq!((decoded.width(), decoded.color().has_color()), (1600, false));
        assert!(!found.bytes.windows(4).any(|bytes| bytes == b"Exif"));
        assert_eq!(jpeg_name("page_0007_img_001.png"), "page_0007_img_001.jpg");
    }
}
