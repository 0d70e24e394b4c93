use shelf::prelude::*;

use super::model::{Asked, PROMPT, ask};
use super::rules::mend;
use super::{CorrectedMetrics, CorrectedOptions, CorrectedPage};
use crate::ocr::{OcrPage, ocr};
use crate::vocabulary::{Dictionary, PageVocabulary, vocabulary};

/// Mends what was misread: parted words, mistaken letters, lost spaces, mangled marks. By rules; a model, where one is asked, looks at what is
/// in doubt after them.
#[stage(
    name = "corrected",
    deps = [ocr, vocabulary],
    parallelism = llm,
    options = CorrectedOptions,
    prompt = PROMPT,
    conserves = ocr
)]
pub async fn corrected(
    ocr: OcrPage,
    vocabulary: Part<PageVocabulary>,
    languages: Languages,
    image: PageImage,
    llm: Llm,
    prompt: Prompt,
    options: &CorrectedOptions,
) -> Result<(CorrectedPage, CorrectedMetrics)> {
    // That there is none was said once for the book, by `vocabulary`.
    let dictionary = Dictionary::of(&languages).ok();
    let mut mended = mend(&ocr, &vocabulary, dictionary.as_ref());
    let asked = if options.engine.asks(&llm) {
        ask(&ocr, &mut mended, (&vocabulary, dictionary.as_ref()), (&llm, &prompt, &image), options).await?
    } else {
        Asked::default()
    };
    let metrics = CorrectedMetrics::of(&ocr, &mended, asked);
    Ok((mended.page, metrics))
}
