use shelf::prelude::*;

use super::assumed_language::OtherLanguages;
use super::counts::WordCounts;
use super::evidence::evidence_for;
use super::{Dictionary, InstalledDictionary, PageTokens, Vocabulary};
use crate::ocr::{OcrPage, ocr};

/// Collects evidence from the words of the whole book about doubtful words of each page.
#[stage(name = "vocabulary", version = 4, deps = [ocr], parallelism = cpu, scope = book)]
pub fn vocabulary(
    ocr: Pages<OcrPage>,
    languages: Languages,
    installed: &InstalledDictionary,
    warnings: Warnings,
) -> Result<Vocabulary> {
    let dictionary = installed.get();
    if let Some(error) = installed.error() {
        let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        warnings.push(format!("{error}: misread letters will not be corrected{hint}"));
    }
    let mut counts = WordCounts::default();
    let mut others = OtherLanguages::default();
    for page in ocr.iter() {
        let (_, page) = page?;
        counts.add(&PageTokens::of(&page));
        others.add(&page, &languages, dictionary);
    }
    others.warnings().for_each(|warning| warnings.push(warning));
    let pages = ocr.iter().map(|page| {
        let (number, page) = page?;
        Ok((number.get(), evidence_for(&PageTokens::of(&page), &counts, dictionary)))
    });
    Ok(Vocabulary { pages: pages.collect::<Result<_>>()? })
}

/// The output of [`vocabulary()`] for pages in memory.
#[must_use]
pub fn vocabulary_of(pages: &[OcrPage], dictionary: Option<&Dictionary>) -> Vocabulary {
    let tokens: Vec<PageTokens> = pages.iter().map(PageTokens::of).collect();
    let mut counts = WordCounts::default();
    for page in &tokens {
        counts.add(page);
    }
    let found = tokens.iter().map(|page| evidence_for(page, &counts, dictionary));
    Vocabulary { pages: pages.iter().map(|page| page.page_number).zip(found).collect() }
}
