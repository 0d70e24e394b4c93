use shelf::prelude::*;

use super::rules::mend;
use super::{CorrectedMetrics, CorrectedOptions, CorrectedPage};
use crate::ocr::{OcrPage, ocr};
use crate::vocabulary::{Dictionary, PageVocabulary, vocabulary};

/// Mends what was misread: parted words, mistaken letters, lost spaces, mangled marks.
#[stage(name = "corrected", deps = [ocr, vocabulary], parallelism = cpu, options = CorrectedOptions, conserves = ocr)]
pub fn corrected(
    ocr: OcrPage,
    vocabulary: Part<PageVocabulary>,
    languages: Languages,
    options: &CorrectedOptions,
) -> Result<(CorrectedPage, CorrectedMetrics)> {
    options.engine.check_rules_only("corrected")?;
    // That there is none was said once for the book, by `vocabulary`.
    let dictionary = Dictionary::of(&languages).ok();
    let mended = mend(&ocr, &vocabulary, dictionary.as_ref());
    let metrics = CorrectedMetrics::of(&ocr, &mended.page, &mended.corrections, &mended.legibility);
    Ok((mended.page, metrics))
}
