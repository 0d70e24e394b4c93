use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::raster::Raster;
use super::{converted, jpeg, pdf, png_file, tiff};
use shelf_runtime::failure::Failure;

/// A page in a file from outside.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FilePage {
    pub(crate) file: PathBuf,
    pub(crate) kind: Kind,
    /// The page in the file, from 1.
    pub(crate) page: u32,
    /// Resolution for pages that have to be drawn, dots per inch.
    pub(crate) dpi: u32,
}

/// A page that was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    /// What it shows, upright.
    pub(crate) raster: Raster,
    /// The picture as it can be kept; one that had to be turned, converted or drawn becomes PNG.
    pub(crate) file: Option<PictureFile>,
    /// Resolution that the file claims, dots per inch.
    pub(crate) said_dpi: Option<f64>,
    /// Resolution at which it was drawn, where it had to be.
    pub(crate) drawn_dpi: Option<f64>,
    /// What the user should know.
    pub(crate) notes: Vec<String>,
}

/// A picture's file, without private metadata.
#[derive(Debug)]
pub(crate) struct PictureFile {
    pub(crate) extension: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Opened {
    /// A picture that is kept as pixels.
    pub(crate) fn pixels(raster: Raster, said_dpi: Option<f64>) -> Self {
        Self { raster, file: None, said_dpi, drawn_dpi: None, notes: Vec::new() }
    }

    /// A picture that is kept as these bytes, which show `raster`.
    pub(crate) fn file(extension: &'static str, bytes: Vec<u8>, raster: Raster, said_dpi: Option<f64>) -> Self {
        Self { file: Some(PictureFile { extension, bytes }), ..Self::pixels(raster, said_dpi) }
    }
}

/// Opens a page, whatever its file is. Only a worker process does this.
pub(crate) fn open_page(page: &FilePage) -> Result<Opened, Failure> {
    match page.kind {
        Kind::Pdf => pdf::open_page(page),
        Kind::Png => png_file::open_page(page),
        Kind::Jpeg => jpeg::open_page(page),
        Kind::Tiff => tiff::open_page(page),
        Kind::Converted(format) => converted::open_page(page, format),
        Kind::Empty => Err(Failure::new("the file is empty")),
        Kind::Foreign(_) | Kind::Unknown => {
            Err(Failure::new("the file is no picture: its first bytes are of no known format"))
        }
    }
}
