use image::imageops;

use super::decoded_scan::{GreyPage, MM_PER_INCH};
use super::engine::{EngineError, InputKind, recognise_words};
use super::scan_transform::{Rotation, ScanTransform};
use super::tsv::RecognisedWord;
use crate::ocr::{RecognitionSettings, Rotate};

/// The words of a page, recognised in one orientation. Boxes are in px of the scan.
pub(super) struct OrientedWords {
    rotation: Rotation,
    pub(super) words: Vec<RecognisedWord>,
}

/// Pages with a lower mean confidence are tried in other orientations, 0..=1. Upright text has 0.75 or more even when badly degraded, text
/// in the wrong orientation 0.35 to 0.6.
const RETRY_BELOW_CONFIDENCE: f64 = 0.65;
/// Another orientation is taken if its mean confidence is higher by at least this.
const MIN_CONFIDENCE_GAIN: f64 = 0.1;
/// Words of at least this length show whether a line is vertical.
const MIN_LONG_WORD_CHARS: usize = 4;

/// How a page is recognised.
pub(super) struct PageReader<'a> {
    /// Size of the scan, px.
    pub(super) scan_size: (u32, u32),
    pub(super) language: &'a str,
    pub(super) settings: &'a RecognitionSettings,
}

impl PageReader<'_> {
    /// The words of the page as it lies.
    pub(super) fn recognise_as_it_lies(&self, page: &GreyPage) -> Result<OrientedWords, EngineError> {
        self.recognise(page, Rotation::None)
    }

    /// Of `as_it_lies` and the words of the page in other orientations those of the highest confidence.
    pub(super) fn recognise_best_orientation(
        &self,
        page: &GreyPage,
        as_it_lies: OrientedWords,
    ) -> Result<OrientedWords, EngineError> {
        let mut best = as_it_lies;
        if self.settings.rotate == Rotate::Auto {
            for &rotation in other_rotations(self.settings.psm) {
                if best.words.is_empty() || best.confidence() >= RETRY_BELOW_CONFIDENCE {
                    break;
                }
                let other = self.recognise(page, rotation)?;
                if other.confidence() > best.confidence() + MIN_CONFIDENCE_GAIN {
                    best = other;
                }
            }
        }
        Ok(best)
    }

    fn recognise(&self, page: &GreyPage, rotation: Rotation) -> Result<OrientedWords, EngineError> {
        let GreyPage { image, dpi } = page;
        let rotated = match rotation {
            Rotation::None => None,
            Rotation::Clockwise90 => Some(imageops::rotate90(image)),
            Rotation::Clockwise180 => Some(imageops::rotate180(image)),
            Rotation::Clockwise270 => Some(imageops::rotate270(image)),
        };
        let grey = rotated.as_ref().unwrap_or(image);
        let mut words = recognise_words(self.language, InputKind::Page(self.settings.psm), grey, *dpi)?;
        words.retain(|word| !is_picture(word, *dpi));
        let transform = ScanTransform { scan_size: self.scan_size, scaled_size: image.dimensions(), rotation };
        for word in &mut words {
            word.bbox = transform.to_scan(word.bbox);
        }
        Ok(OrientedWords { rotation, words })
    }
}

/// A mark is at most this high and broad, on paper, and a letter at most this.
const MAX_MARK_MM: f64 = 8.0;
const MAX_LETTER_MM: f64 = 30.0;

/// Whether a picture was recognised as a word, and the text around it may have been taken for a part of it: a dash as large as half a page.
fn is_picture(word: &RecognisedWord, dpi: f64) -> bool {
    let side_mm = f64::from(word.bbox.width.min(word.bbox.height)) * MM_PER_INCH / dpi;
    side_mm > if word.text.contains(char::is_alphanumeric) { MAX_LETTER_MM } else { MAX_MARK_MM }
}

/// The rotations that a segmentation mode does not try by itself: 3 and 4 recognise vertical text, but only top to bottom; 1 and 12 detect
/// the orientation first.
fn other_rotations(psm: u8) -> &'static [Rotation] {
    match psm {
        1 | 12 => &[],
        3 | 4 => &[Rotation::Clockwise180],
        _ => &[Rotation::Clockwise180, Rotation::Clockwise90, Rotation::Clockwise270],
    }
}

impl OrientedWords {
    pub(super) fn is_upright(&self) -> bool {
        self.rotation_degrees() == 0
    }

    /// The clockwise rotation that makes the scan upright, degrees.
    pub(super) fn rotation_degrees(&self) -> u16 {
        let vertical = if self.is_vertical() { 270 } else { 0 };
        (self.rotation.degrees() + vertical) % 360
    }

    /// Mean confidence, weighted by characters, 0..=1.
    fn confidence(&self) -> f64 {
        let chars = |word: &RecognisedWord| word.text.chars().count() as f64;
        let all: f64 = self.words.iter().map(chars).sum();
        let weighted: f64 = self.words.iter().map(|word| chars(word) * word.confidence).sum();
        if all > 0.0 { weighted / all } else { 0.0 }
    }

    /// Whether most lines run from top to bottom.
    fn is_vertical(&self) -> bool {
        let long = || self.words.iter().filter(|word| word.text.chars().count() >= MIN_LONG_WORD_CHARS);
        let vertical = match self.rotation {
            Rotation::None | Rotation::Clockwise180 => long().filter(|word| word.bbox.height > word.bbox.width).count(),
            Rotation::Clockwise90 | Rotation::Clockwise270 => {
                long().filter(|word| word.bbox.width > word.bbox.height).count()
            }
        };
        2 * vertical > long().count()
    }
}
