use shelf::stage::{Failure, PageImage, Result};

use super::{Block, ExaminedPage, RecognisedPage, RecognitionSettings};

/// How to get a binary with Tesseract.
pub(super) const HINT: &str =
    "build it with the feature `tesseract`, which is on by default: `cargo install shelf-stages`";

/// Fails: this build has no OCR engine.
pub(super) fn recognise_page(_: &PageImage, _: RecognitionSettings) -> Result<RecognisedPage> {
    Err(Failure::new("this build of shelf has no OCR engine").hint(HINT))
}

/// Finds neither skew nor figures: that needs the image code of the OCR engine.
#[expect(clippy::unnecessary_wraps, reason = "with an OCR engine, a scan may turn out to be unreadable")]
pub(super) fn examine_page(_: &PageImage, _: &[Block]) -> Result<ExaminedPage> {
    Ok(ExaminedPage::default())
}
