use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::file_format::FileFormat;
use crate::existing_text::Frame;
use crate::raster::Raster;

/// A page in an external file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PageInFile {
    pub(crate) file: PathBuf,
    pub(crate) format: FileFormat,
    /// The page in the file, from 1.
    pub(crate) page: u32,
    /// Resolution for pages that have to be rendered, dots per inch.
    pub(crate) dpi: u32,
}

/// A page after it was opened.
#[derive(Debug)]
pub(crate) struct OpenedPage {
    /// Its pixels, upright.
    pub(crate) raster: Raster,
    /// The image file that can be kept; `None` for pages that had to be rotated, converted or rendered, which become PNG.
    pub(crate) file: Option<ImageFile>,
    /// Resolution that the file states, dots per inch.
    pub(crate) stated_dpi: Option<f64>,
    /// Resolution at which the page was rendered, if it was, dots per inch.
    pub(crate) rendered_dpi: Option<f64>,
    /// Where its pixels are on the page of a PDF, in the coordinates of its words (see [`parse_pdf_words`](crate::existing_text::parse_pdf_words)); only
    /// if the page may have a text layer.
    pub(crate) text_frame: Option<Frame>,
    /// What the user should know.
    pub(crate) warnings: Vec<String>,
}

/// An image file without private metadata.
#[derive(Debug)]
pub(crate) struct ImageFile {
    pub(crate) extension: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl OpenedPage {
    /// A page that is kept as pixels.
    pub(crate) fn pixels(raster: Raster, stated_dpi: Option<f64>) -> Self {
        Self { raster, file: None, stated_dpi, rendered_dpi: None, text_frame: None, warnings: Vec::new() }
    }

    /// A page that is kept as these bytes, which decode to `raster`.
    pub(crate) fn file(extension: &'static str, bytes: Vec<u8>, raster: Raster, stated_dpi: Option<f64>) -> Self {
        Self { file: Some(ImageFile { extension, bytes }), ..Self::pixels(raster, stated_dpi) }
    }
}
