use shelf::prelude::*;

use super::model::guard::Guard;
use super::model::{ModelOutcome, PROMPT, ask};
use super::rules::correct_page;
use super::transcription::read_twice;
use super::{CorrectedMetrics, CorrectedOptions, CorrectedPage};
use crate::ocr::{OcrPage, ocr};
use crate::transcribed::{TranscribedPage, transcribed};
use crate::vocabulary::{InstalledDictionary, PageVocabulary, vocabulary};

/// Corrects OCR errors: hyphenated words, misread letters, missing spaces, broken punctuation. Rules correct every page; a model, if used, checks
/// the paragraphs that are still doubtful. What another model transcribed is judged word by word before.
#[stage(
    name = "corrected",
    version = 5,
    deps = [ocr, transcribed, vocabulary],
    parallelism = llm,
    options = CorrectedOptions,
    prompt = PROMPT,
    conserves = ocr
)]
pub async fn corrected(
    ocr: OcrPage,
    transcribed: Option<TranscribedPage>,
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
    let mut outcome = ModelOutcome::default();
    let twice = transcribed
        .filter(|page| !page.lines.is_empty())
        .map(|page| read_twice(&ocr, &page, &Guard::new(&ocr, &vocabulary, dictionary, &languages), &mut outcome));
    let read = twice.as_ref().map_or(&ocr, |twice| &twice.page);
    let mut corrected = correct_page(read, &vocabulary, dictionary);
    if options.engine.asks(&llm) {
        outcome += options.engine.or_rules(
            &llm,
            ask(read, &mut corrected, (&vocabulary, dictionary, &languages), (&llm, &prompt, &image), options).await,
        )?;
    }
    if let Some(twice) = &twice {
        twice.finish(&ocr, &mut corrected);
    }
    let metrics = CorrectedMetrics::of(&ocr, &corrected, outcome);
    Ok((corrected.page, metrics))
}
