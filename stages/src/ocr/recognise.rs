use serde::{Deserialize, Serialize};
use shelf::stage::{Failure, Result, ScanFile};
use shelf::worker::{Task, worker_task};

use super::engine::{EngineError, Shown, read_words, tesseract_version};
use super::figures::{cut_out, drop_invented_text, find_figures};
use super::frame::{Frame, Turn};
use super::language::tesseract_language;
use super::layout::blocks_of;
use super::lone_number::{read_lone_numbers, with_lone_numbers};
use super::look::Look;
use super::scan::Scan;
use super::tsv::FoundWord;
use super::{Block, Rotate, Wanted};
use crate::bbox::Bbox;

/// How a page is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The languages, most important first.
    pub languages: Vec<Wanted>,
    /// Tesseract's page segmentation mode.
    pub psm: u8,
    /// Resolution at which to read, dots per inch.
    pub dpi: u32,
    /// Whether to try other directions.
    pub rotate: Rotate,
}

/// What was read on a scan. Boxes are in the scan's own pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Version of Tesseract.
    pub tesseract_version: String,
    /// Width of the scan, px.
    pub width: u32,
    /// Height of the scan, px.
    pub height: u32,
    /// By how much the scan has to be turned clockwise to stand upright: 0, 90, 180 or 270.
    pub rotation_degrees: u16,
    /// The blocks of text in reading order.
    pub blocks: Vec<Block>,
    /// The figures, top to bottom.
    pub figures: Vec<CutOut>,
}

/// A figure cut out of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOut {
    /// Where it lies.
    pub bbox: Bbox,
    /// The picture as PNG, grey where the scan is grey.
    #[serde(with = "serde_bytes")]
    pub png: Vec<u8>,
}

/// Reads a scan in a child process.
pub static RECOGNISE: Task<(ScanFile, Settings), Reading> = Task::new("ocr.recognise", recognise);
worker_task!(RECOGNISE);

/// Reads the text of a scan and cuts out its figures, in this process.
///
/// # Errors
/// A scan that cannot be decoded, a language that is not installed, or what Tesseract refuses.
pub fn recognise((file, settings): (ScanFile, Settings)) -> Result<Reading> {
    let language = tesseract_language(&settings.languages).map_err(|error| {
        let hint = error.hint();
        let failure = Failure::from(error);
        hint.into_iter().fold(failure, Failure::hint)
    })?;
    let scan = Scan::open(&file.path, file.dpi)?;
    let attempt = read_in_the_best_direction(&scan, &language, &settings)?;
    let blocks = blocks_of(&attempt.words);
    let look = Look::at(&scan, &blocks);
    let figures = find_figures(&look);
    let blocks = if attempt.is_upright() {
        let (picture, dpi) = scan.grey_at(f64::from(settings.dpi));
        with_lone_numbers(blocks, &read_lone_numbers(&look, &picture, &language, dpi)?)
    } else {
        blocks
    };
    let (width, height) = scan.size();
    Ok(Reading {
        tesseract_version: tesseract_version(),
        width,
        height,
        rotation_degrees: attempt.rotation_degrees(),
        blocks: drop_invented_text(blocks, &figures),
        figures: figures.into_iter().map(|bbox| cut_out(&scan, bbox)).collect::<Result<_, _>>()?,
    })
}

/// The words of a page, read in one direction. Boxes are in the scan's own pixels.
struct Attempt {
    turn: Turn,
    words: Vec<FoundWord>,
}

/// Pages of which less is sure are tried in other directions. Upright text is read with 0.75 and more even where it is
/// badly degraded, text in the wrong direction with 0.35 to 0.6.
const DOUBTFUL: f64 = 0.65;
/// How much surer another direction has to be.
const CLEARLY: f64 = 0.1;

fn read_in_the_best_direction(scan: &Scan, language: &str, settings: &Settings) -> Result<Attempt, EngineError> {
    let (picture, dpi) = scan.grey_at(f64::from(settings.dpi));
    let scaled = picture.dimensions();
    let picture = image::DynamicImage::from(picture);
    let read = |turn: Turn| -> Result<Attempt, EngineError> {
        let turned = match turn {
            Turn::None => None,
            Turn::Quarter => Some(picture.rotate90()),
            Turn::Half => Some(picture.rotate180()),
            Turn::ThreeQuarters => Some(picture.rotate270()),
        };
        let grey = turned.as_ref().unwrap_or(&picture).as_luma8().expect("a grey picture stays one when it is turned");
        let mut words = read_words(language, Shown::Page(settings.psm), grey, dpi)?;
        let frame = Frame { scan: scan.size(), scaled, turn };
        for word in &mut words {
            word.bbox = frame.on_scan(word.bbox);
        }
        Ok(Attempt { turn, words })
    };
    let mut best = read(Turn::None)?;
    if settings.rotate == Rotate::Auto {
        for &turn in other_directions(settings.psm) {
            if best.words.is_empty() || best.confidence() >= DOUBTFUL {
                break;
            }
            let other = read(turn)?;
            if other.confidence() > best.confidence() + CLEARLY {
                best = other;
            }
        }
    }
    Ok(best)
}

/// The directions that a segmentation mode does not try by itself: 3 and 4 read sideways text, but only one that runs from top to
/// bottom; 1 and 12 look for the direction first.
fn other_directions(psm: u8) -> &'static [Turn] {
    match psm {
        1 | 12 => &[],
        3 | 4 => &[Turn::Half],
        _ => &[Turn::Half, Turn::Quarter, Turn::ThreeQuarters],
    }
}

impl Attempt {
    /// Mean confidence of the letters, 0..=1.
    fn confidence(&self) -> f64 {
        let letters = |word: &FoundWord| word.text.chars().count() as f64;
        let all: f64 = self.words.iter().map(letters).sum();
        let sure: f64 = self.words.iter().map(|word| letters(word) * word.confidence).sum();
        if all > 0.0 { sure / all } else { 0.0 }
    }

    fn is_upright(&self) -> bool {
        self.rotation_degrees() == 0
    }

    fn rotation_degrees(&self) -> u16 {
        let sideways = if self.runs_downwards() { 270 } else { 0 };
        (self.turn.degrees() + sideways) % 360
    }

    /// Whether Tesseract read lines that run from top to bottom.
    fn runs_downwards(&self) -> bool {
        let long = || self.words.iter().filter(|word| word.text.chars().count() >= 4);
        let upended = match self.turn {
            Turn::None | Turn::Half => long().filter(|word| word.bbox.height > word.bbox.width).count(),
            Turn::Quarter | Turn::ThreeQuarters => long().filter(|word| word.bbox.width > word.bbox.height).count(),
        };
        2 * upended > long().count()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tsv::Place;
    use super::super::wanted_languages;
    use super::*;
    use image::{GrayImage, Luma};
    use shelf::book::Languages;

    fn settings(languages: &str) -> Settings {
        let languages = wanted_languages(Some(languages), &Languages::default()).unwrap();
        Settings { languages, psm: 3, dpi: 300, rotate: Rotate::Auto }
    }

    fn read(picture: &GrayImage, settings: Settings) -> Result<Reading> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page_0001.png");
        picture.save(&path).unwrap();
        recognise((ScanFile { path, dpi: 300.0, width: picture.width(), height: picture.height() }, settings))
    }

    #[test]
    fn a_blank_page_is_a_page_without_blocks() {
        for (width, height) in [(800, 1200), (10, 10), (10, 900), (9, 900), (1, 1)] {
            let reading = read(&GrayImage::from_pixel(width, height, Luma([240])), settings("eng")).unwrap();
            assert_eq!((reading.width, reading.height), (width, height));
            assert_eq!((reading.blocks, reading.figures, reading.rotation_degrees), (vec![], vec![], 0));
        }
    }

    #[test]
    fn a_language_that_is_not_installed_fails_for_good_with_a_hint() {
        let failure = read(&GrayImage::new(9, 9), settings("tlh_none")).unwrap_err();
        assert!(!failure.transient);
        assert!(failure.error.contains("`tlh_none`"), "{failure}");
        assert!(failure.hint.unwrap().contains("apt install tesseract-ocr-tlh-none"));
    }

    #[test]
    fn what_a_child_sends_back_is_what_it_read() {
        let word = |x| FoundWord {
            place: Place { block: 1, paragraph: 1, line: 1 },
            bbox: Bbox { x, y: 2, width: 3, height: 4 },
            confidence: 0.5,
            text: "word".to_owned(),
        };
        let reading = Reading {
            tesseract_version: tesseract_version(),
            width: 10,
            height: 20,
            rotation_degrees: 90,
            blocks: blocks_of(&[word(1), word(5)]),
            figures: vec![CutOut { bbox: Bbox { x: 1, y: 2, width: 3, height: 4 }, png: vec![0, 159, 255] }],
        };
        let sent = rmp_serde::to_vec_named(&reading).unwrap();
        assert_eq!(rmp_serde::from_slice::<Reading>(&sent).unwrap(), reading);
    }
}
