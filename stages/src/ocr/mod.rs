//! The `ocr` stage: reads the text of a scan and cuts out its figures.

mod checkup;
mod engine;
mod figures;
mod frame;
mod ink;
mod installed;
mod language;
mod layout;
mod lone_number;
mod look;
mod options;
mod page;
mod recognise;
mod scan;
mod stage;
mod tsv;

pub use engine::tesseract_version;
pub use installed::{debian_package, installed_languages};
pub use language::{LanguageError, Wanted, wanted_languages};
pub(crate) use layout::in_ten_thousandths;
pub use options::{OcrOptions, Rotate};
pub use page::{Block, Figure, Line, OcrPage, PageDimensions, Paragraph, Word};
pub use recognise::{CutOut, RECOGNISE, Reading, Settings, recognise};
pub use stage::{OcrMetrics, ocr};
