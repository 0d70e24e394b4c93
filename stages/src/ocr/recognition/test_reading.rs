//! What `ocr` reads on a picture, for the tests of its parts.

use image::GrayImage;
use shelf::book::Languages;
use shelf::stage::ScanFile;
use shelf_pages::{Block, Line};

use super::recognise;
use super::residual_image::lines_of;
use crate::ocr::{OcrOptions, RecognitionSettings, requested_languages};

/// The blocks read on an English page of 300 dpi.
pub(super) fn read_blocks(image: &GrayImage) -> Vec<Block> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page_0001.png");
    image.save(&path).unwrap();
    let file = ScanFile { path, dpi: 300.0, width: image.width(), height: image.height() };
    let languages = requested_languages(Some("eng"), &Languages::default()).unwrap();
    recognise((file, RecognitionSettings::new(languages, &OcrOptions::default()))).unwrap().blocks
}

/// Its lines.
pub(super) fn read_lines(image: &GrayImage) -> Vec<String> {
    lines_of(&read_blocks(image)).map(Line::text).collect()
}
