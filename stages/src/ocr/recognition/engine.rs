use std::cell::Cell;

use image::GrayImage;
use tesseract::plumbing::{
    TessBaseApiGetHocrTextError, TessBaseApiGetTsvTextError, TessBaseApiRecogniseError, TessBaseApiSetImageSafetyError,
};
use tesseract::{InitializeError, PageSegMode, SetVariableError, Tesseract};

use super::alternatives::add_alternatives;
use super::timesteps::parse_timesteps;
use super::tsv::{RecognisedWord, TsvError, parse_tsv};

/// Why Tesseract could not recognise an image.
#[derive(Debug, thiserror::Error)]
pub(super) enum EngineError {
    /// It could not be initialised.
    #[error("could not start Tesseract with language `{language}`")]
    Start {
        /// The languages, by Tesseract's names.
        language: String,
        /// The cause.
        source: InitializeError,
    },
    /// A variable could not be set.
    #[error("Tesseract rejected a variable")]
    Setting(#[from] SetVariableError),
    /// The image could not be set.
    #[error("Tesseract rejected an image of {width}×{height} px")]
    Image {
        /// Width, px.
        width: u32,
        /// Height, px.
        height: u32,
        /// The cause.
        source: TessBaseApiSetImageSafetyError,
    },
    /// The recognition failed.
    #[error("Tesseract failed to recognise the page")]
    Recognise(#[from] TessBaseApiRecogniseError),
    /// No result was returned.
    #[error("Tesseract returned no result")]
    Result(#[from] TessBaseApiGetTsvTextError),
    /// What else the words may be was not returned.
    #[error("Tesseract returned no alternatives")]
    Alternatives(#[from] TessBaseApiGetHocrTextError),
    /// The result could not be parsed.
    #[error(transparent)]
    Tsv(#[from] TsvError),
}

/// An initialised Tesseract. Initialisation costs as much as recognising a short page, so each thread keeps one engine
/// between pages.
struct Engine {
    language: String,
    tesseract: Tesseract,
}

/// What Tesseract returns.
struct Recognised {
    /// The words and their layout.
    tsv: String,
    /// What the network saw of each word.
    hocr: String,
}

/// Tesseract variables that differ from its defaults: no debug output, the parameters of Sauvola binarisation, and what the network saw in each column
/// of pixels, without searching for alternatives, which would take 10 % more time.
const VARIABLES: [(&str, &str); 5] = [
    ("debug_file", "/dev/null"),
    ("thresholding_kfactor", "0.3"),
    ("thresholding_window_size", "0.5"),
    ("lstm_choice_mode", "1"),
    ("lstm_choice_iterations", "0"),
];

/// What an image shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InputKind {
    /// A page, with the page segmentation mode.
    Page(u8),
    /// A single text line, cropped from a page.
    TextLine,
    /// A single letter, cropped from a page.
    Letter,
}

impl InputKind {
    fn segmentation_mode(self) -> PageSegMode {
        match self {
            Self::Page(psm) => segmentation_mode(psm),
            Self::TextLine => PageSegMode::PsmSingleLine,
            Self::Letter => PageSegMode::PsmSingleChar,
        }
    }

    /// Tesseract's binarisation method. Sauvola's (`2`) adapts to uneven illumination: on synthetic pages degraded to 100 dpi, blurred and
    /// unevenly lit, it halves the character error rate (12.2 % to 6.5 %); on clean and on 1-bit pages it changes nothing. On a small crop its
    /// window extends beyond the margins and breaks letters; Otsu's (`0`) does not.
    fn thresholding_method(self) -> &'static str {
        match self {
            Self::Page(_) => "2",
            Self::TextLine | Self::Letter => "0",
        }
    }
}

/// Tesseract fails on narrower images; no letter fits on them.
const MIN_SIDE_PX: u32 = 10;

thread_local! {
    static ENGINE: Cell<Option<Engine>> = const { Cell::new(None) };
}

/// The version of the linked Tesseract, such as `5.3.0`.
#[must_use]
pub fn tesseract_version() -> String {
    tesseract::plumbing::version().to_string_lossy().into_owned()
}

/// Whether Tesseract can be started with `language`.
pub(in crate::ocr) fn can_start(language: &str) -> bool {
    Engine::start(language).is_ok()
}

/// Recognises the words of an image with this thread's engine. An error discards the engine; the next page starts another.
pub(super) fn recognise_words(
    language: &str,
    kind: InputKind,
    image: &GrayImage,
    dpi: f64,
) -> Result<Vec<RecognisedWord>, EngineError> {
    if image.width().min(image.height()) < MIN_SIDE_PX {
        return Ok(Vec::new());
    }
    let cached = ENGINE.take().filter(|engine| engine.language == language);
    let engine = cached.map_or_else(|| Engine::start(language), Ok)?;
    let (engine, Recognised { tsv, hocr }) = engine.recognise(kind, image, dpi)?;
    ENGINE.set(Some(engine));
    let mut words = parse_tsv(&tsv)?;
    add_alternatives(&mut words, &parse_timesteps(&hocr));
    Ok(words)
}

impl Engine {
    fn start(language: &str) -> Result<Self, EngineError> {
        let started = Tesseract::new(None, Some(language))
            .map_err(|source| EngineError::Start { language: language.to_owned(), source })?;
        let tesseract =
            VARIABLES.iter().try_fold(started, |tesseract, (name, value)| tesseract.set_variable(name, value))?;
        Ok(Self { language: language.to_owned(), tesseract })
    }

    fn recognise(self, kind: InputKind, image: &GrayImage, dpi: f64) -> Result<(Self, Recognised), EngineError> {
        let (width, height) = image.dimensions();
        let mut tesseract = self.tesseract.set_variable("thresholding_method", kind.thresholding_method())?;
        tesseract.set_page_seg_mode(kind.segmentation_mode());
        let mut tesseract = tesseract
            .set_frame(image.as_raw(), width.cast_signed(), height.cast_signed(), 1, width.cast_signed())
            .map_err(|source| EngineError::Image { width, height, source })?
            .set_source_resolution(dpi.round() as i32)
            .recognize()?;
        let tsv = tesseract.get_tsv_text(0)?;
        let hocr = tesseract.get_hocr_text(0)?;
        Ok((Self { language: self.language, tesseract }, Recognised { tsv, hocr }))
    }
}

fn segmentation_mode(psm: u8) -> PageSegMode {
    match psm {
        1 => PageSegMode::PsmAutoOsd,
        4 => PageSegMode::PsmSingleColumn,
        5 => PageSegMode::PsmSingleBlockVertText,
        6 => PageSegMode::PsmSingleBlock,
        7 => PageSegMode::PsmSingleLine,
        8 => PageSegMode::PsmSingleWord,
        9 => PageSegMode::PsmCircleWord,
        10 => PageSegMode::PsmSingleChar,
        11 => PageSegMode::PsmSparseText,
        12 => PageSegMode::PsmSparseTextOsd,
        13 => PageSegMode::PsmRawLine,
        _ => PageSegMode::PsmAuto,
    }
}
