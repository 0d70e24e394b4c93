//! The `ocr` stage: recognises the text of a scan and crops its figures.
//!
//! Recognition needs Tesseract and is in the feature `tesseract` (on by default). Without it the stage is registered, and its pages fail
//! with a hint.

mod doctor;
mod existing_text;
mod expected_error;
mod installed;
mod language;
mod language_data;
mod options;
mod recognised_page;
#[cfg(feature = "tesseract")]
mod recognition;
mod stage;
mod text_difference;
#[cfg(not(feature = "tesseract"))]
mod without_tesseract;
#[cfg(feature = "tesseract")]
mod word_probability;

use existing_text::{blocks_of, source_of};
use expected_error::expected_error_rate;
pub use installed::{debian_package, installed_languages};
pub use language::{LanguageError, RequestedLanguage, requested_languages, tag_of};
pub use language_data::LanguageData;
pub use options::{Deskew, OcrOptions, Rotate};
pub use recognised_page::{CroppedFigure, ExaminedPage, RecognisedPage, RecognitionSettings};
#[cfg(feature = "tesseract")]
use recognition::{examine_page, recognise_page};
#[cfg(feature = "tesseract")]
pub use recognition::{recognise, tesseract_version};
pub use shelf_pages::{
    AlternativeReading, Block, Figure, Line, OcrPage, Orientation, PageDimensions, Paragraph, TextSource, Word,
};
pub use stage::{OcrMetrics, ocr};
use text_difference::text_difference;
#[cfg(not(feature = "tesseract"))]
use without_tesseract::{examine_page, recognise_page};
#[cfg(feature = "tesseract")]
use word_probability::add_probabilities;
