use shelf::prelude::*;

use super::model::{ModelOutcome, PROMPT, ask};
use super::rules::correct_page;
use super::{CorrectedMetrics, CorrectedOptions, CorrectedPage};
use crate::ocr::{OcrPage, ocr};
use crate::vocabulary::{InstalledDictionary, PageVocabulary, vocabulary};

/// Corrects OCR errors: hyphenated words, misread letters, missing spaces, broken punctuation. Rules correct every page; a model, if used, checks
/// the paragraphs that are still doubtful.
#[stage(
    name = "corrected",
    version = 3,
    deps = [ocr, vocabulary],
    parallelism = llm,
    options = CorrectedOptions,
    prompt = PROMPT,
    conserves = ocr
)]
pub async fn corrected(
    ocr: OcrPage,
    vocabulary: Part<PageVocabulary>,
    installed: &InstalledDictionary,
    languages: Languages,
    image: PageImage,
    llm: Llm,
    prompt: Prompt,
    options: &CorrectedOptions,
) -> Result<(CorrectedPage, CorrectedMetrics)> {
    // `vocabulary` has already warned, once for the book, if there is no dictionary.
    let dictionary = installed.get();
    let mut corrected = correct_page(&ocr, &vocabulary, dictionary);
    let asked = if options.engine.asks(&llm) {
        options.engine.or_rules(
            &llm,
            ask(&ocr, &mut corrected, (&vocabulary, dictionary, &languages), (&llm, &prompt, &image), options).await,
        )?
    } else {
        ModelOutcome::default()
    };
    let metrics = CorrectedMetrics::of(&ocr, &corrected, asked);
    Ok((corrected.page, metrics))
}
