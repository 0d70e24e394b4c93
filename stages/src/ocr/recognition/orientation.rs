use image::imageops;

use super::decoded_scan::GreyPage;
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

/// Recognises a page of a scan of `scan_size` px in the orientation that gives the highest confidence.
pub(super) fn recognise_best_orientation(
    image: &GreyPage,
    scan_size: (u32, u32),
    language: &str,
    settings: &RecognitionSettings,
) -> Result<OrientedWords, EngineError> {
    let GreyPage { image: upright, dpi } = image;
    let scaled_size = upright.dimensions();
    let recognise = |rotation: Rotation| -> Result<OrientedWords, EngineError> {
        let rotated = match rotation {
            Rotation::None => None,
            Rotation::Clockwise90 => Some(imageops::rotate90(upright)),
            Rotation::Clockwise180 => Some(imageops::rotate180(upright)),
            Rotation::Clockwise270 => Some(imageops::rotate270(upright)),
        };
        let grey = rotated.as_ref().unwrap_or(upright);
        let mut words = recognise_words(language, InputKind::Page(settings.psm), grey, *dpi)?;
        let transform = ScanTransform { scan_size, scaled_size, rotation };
        for word in &mut words {
            word.bbox = transform.to_scan(word.bbox);
        }
        Ok(OrientedWords { rotation, words })
    };
    let mut best = recognise(Rotation::None)?;
    if settings.rotate == Rotate::Auto {
        for &rotation in other_rotations(settings.psm) {
            if best.words.is_empty() || best.confidence() >= RETRY_BELOW_CONFIDENCE {
                break;
            }
            let other = recognise(rotation)?;
            if other.confidence() > best.confidence() + MIN_CONFIDENCE_GAIN {
                best = other;
            }
        }
    }
    Ok(best)
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
