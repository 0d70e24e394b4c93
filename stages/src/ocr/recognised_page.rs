use serde::{Deserialize, Serialize};
use shelf_pages::{Bbox, Block};

use super::{Deskew, OcrOptions, RequestedLanguage, Rotate};

/// How a page is to be recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecognitionSettings {
    /// The languages, most important first.
    pub languages: Vec<RequestedLanguage>,
    /// Tesseract's page segmentation mode.
    pub psm: u8,
    /// Resolution for recognition, dots per inch.
    pub dpi: u32,
    /// Whether to try other orientations.
    pub rotate: Rotate,
    /// Whether to straighten skewed pages.
    pub deskew: Deskew,
}

impl RecognitionSettings {
    /// What the options ask for.
    #[must_use]
    pub fn new(languages: Vec<RequestedLanguage>, options: &OcrOptions) -> Self {
        let OcrOptions { lang: _, existing_text: _, psm, dpi, rotate, deskew } = *options;
        Self { languages, psm, dpi, rotate, deskew }
    }
}

/// What was recognised on a scan. Boxes are in px of the scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecognisedPage {
    /// Version of Tesseract.
    pub tesseract_version: String,
    /// Width of the scan, px.
    pub width: u32,
    /// Height of the scan, px.
    pub height: u32,
    /// The clockwise rotation that makes the scan upright: 0, 90, 180 or 270.
    pub rotation_degrees: u16,
    /// The further rotation, clockwise if positive, that makes its lines horizontal, degrees; 0 if they are straight enough.
    pub skew_degrees: f64,
    /// Characters in rows of ink that look like text and that no word covers, estimated from their width.
    pub uncovered_chars: f64,
    /// Lines that start or end at solid black.
    pub covered_lines: u32,
    /// The blocks of text in reading order.
    pub blocks: Vec<Block>,
    /// The figures, top to bottom.
    pub figures: Vec<CroppedFigure>,
}

/// What was found on a scan beside text that is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExaminedPage {
    /// As in [`RecognisedPage`].
    pub skew_degrees: f64,
    /// The figures, top to bottom.
    pub figures: Vec<CroppedFigure>,
}

/// A figure cropped from a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CroppedFigure {
    /// Its bounding box.
    pub bbox: Bbox,
    /// The image as PNG, grey if the scan is grey.
    #[serde(with = "serde_bytes")]
    pub png: Vec<u8>,
}
