use std::cell::Cell;

use image::GrayImage;
use tesseract::plumbing::{TessBaseApiGetTsvTextError, TessBaseApiRecogniseError, TessBaseApiSetImageSafetyError};
use tesseract::{InitializeError, PageSegMode, SetVariableError, Tesseract};

use super::tsv::{FoundWord, TsvError, parse_tsv};

/// What Tesseract refuses.
#[derive(Debug, thiserror::Error)]
pub(super) enum EngineError {
    /// It cannot be started.
    #[error("Tesseract cannot be started for `{language}`")]
    Start {
        /// The languages, as Tesseract names them.
        language: String,
        /// Why.
        source: InitializeError,
    },
    /// A variable cannot be set.
    #[error("Tesseract does not know a setting")]
    Setting(#[from] SetVariableError),
    /// The picture cannot be handed over.
    #[error("Tesseract does not take a picture of {width}×{height} px")]
    Picture {
        /// Width, px.
        width: u32,
        /// Height, px.
        height: u32,
        /// Why.
        source: TessBaseApiSetImageSafetyError,
    },
    /// The recognition failed.
    #[error("Tesseract could not recognise the page")]
    Recognise(#[from] TessBaseApiRecogniseError),
    /// The result cannot be had.
    #[error("Tesseract gave no result")]
    Result(#[from] TessBaseApiGetTsvTextError),
    /// The result cannot be read.
    #[error(transparent)]
    Table(#[from] TsvError),
}

/// Tesseract, started for some languages. Starting costs as much as reading a short page, so one engine a thread is kept
/// between pages.
struct Engine {
    language: String,
    tesseract: Tesseract,
}

/// What Tesseract is told beyond its defaults: no chatter, and how Sauvola's threshold is to work.
const VARIABLES: [(&str, &str); 3] =
    [("debug_file", "/dev/null"), ("thresholding_kfactor", "0.3"), ("thresholding_window_size", "0.5")];

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// A page, to be read in this segmentation mode.
    Page(u8),
    /// A line cut out of a page.
    Line,
}

impl Shown {
    fn segmentation(self) -> PageSegMode {
        match self {
            Self::Page(psm) => segmentation(psm),
            Self::Line => PageSegMode::PsmSingleLine,
        }
    }

    /// Tesseract's method to tell ink from paper. Sauvola's follows uneven light: on pages degraded to 100 dpi, blurred and unevenly lit, it
    /// halves the character error rate (12.2 % to 6.5 %), and on clean and on 1-bit pages nothing changes. On a small cut-out it needs more
    /// paper around than there is, and tears letters; Otsu's does not.
    fn thresholding(self) -> &'static str {
        match self {
            Self::Page(_) => "2",
            Self::Line => "0",
        }
    }
}

/// No letter fits on a picture that is narrower, px; Tesseract fails on such.
const SMALLEST_SIDE: u32 = 10;

thread_local! {
    static KEPT: Cell<Option<Engine>> = const { Cell::new(None) };
}

/// The version of the Tesseract that is linked, such as `5.3.0`.
#[must_use]
pub fn tesseract_version() -> String {
    tesseract::plumbing::version().to_string_lossy().into_owned()
}

/// Whether Tesseract can be started for `language`.
pub(super) fn can_start(language: &str) -> bool {
    Engine::start(language).is_ok()
}

/// Reads the words of a picture with this thread's engine. After an error the engine is gone, and the next page starts another.
pub(super) fn read_words(
    language: &str,
    shown: Shown,
    picture: &GrayImage,
    dpi: f64,
) -> Result<Vec<FoundWord>, EngineError> {
    if picture.width().min(picture.height()) < SMALLEST_SIDE {
        return Ok(Vec::new());
    }
    let kept = KEPT.take().filter(|engine| engine.language == language);
    let engine = kept.map_or_else(|| Engine::start(language), Ok)?;
    let (engine, table) = engine.read(shown, picture, dpi)?;
    KEPT.set(Some(engine));
    Ok(parse_tsv(&table)?)
}

impl Engine {
    fn start(language: &str) -> Result<Self, EngineError> {
        let started = Tesseract::new(None, Some(language))
            .map_err(|source| EngineError::Start { language: language.to_owned(), source })?;
        let tesseract =
            VARIABLES.iter().try_fold(started, |tesseract, (name, value)| tesseract.set_variable(name, value))?;
        Ok(Self { language: language.to_owned(), tesseract })
    }

    fn read(self, shown: Shown, picture: &GrayImage, dpi: f64) -> Result<(Self, String), EngineError> {
        let (width, height) = picture.dimensions();
        let mut tesseract = self.tesseract.set_variable("thresholding_method", shown.thresholding())?;
        tesseract.set_page_seg_mode(shown.segmentation());
        let mut tesseract = tesseract
            .set_frame(picture.as_raw(), width.cast_signed(), height.cast_signed(), 1, width.cast_signed())
            .map_err(|source| EngineError::Picture { width, height, source })?
            .set_source_resolution(dpi.round() as i32)
            .recognize()?;
        let table = tesseract.get_tsv_text(0)?;
        Ok((Self { language: self.language, tesseract }, table))
    }
}

fn segmentation(psm: u8) -> PageSegMode {
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
