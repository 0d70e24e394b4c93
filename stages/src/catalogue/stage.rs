use shelf::prelude::*;

use super::model::{Asked, PROMPT, ask};
use super::rules::entry_of;
use super::{CatalogueEntry, CatalogueMetrics, CatalogueOptions, FRONT_MATTER_PAGES, front_matter_pages};
use crate::ocr::{OcrPage, ocr};

/// Finds title, author, year, publisher, ISBN and type of the book on its first pages.
///
/// By rules what is beyond doubt; a model, where one is asked, reads the rest from the text, without pictures. What is sure enough is filled into the
/// metadata, where no person has said it.
#[stage(
    name = "catalogue",
    deps = [ocr],
    parallelism = llm,
    scope = book,
    options = CatalogueOptions,
    prompt = PROMPT,
    after = fill_in
)]
pub async fn catalogue(
    ocr: Pages<OcrPage>,
    llm: Llm,
    prompt: Prompt,
    options: &CatalogueOptions,
) -> Result<(CatalogueEntry, CatalogueMetrics)> {
    let numbers = ocr.numbers().iter().filter(|page| page.get() <= FRONT_MATTER_PAGES);
    let pages = front_matter_pages(&numbers.map(|page| ocr.get(*page)).collect::<Result<Vec<_>>>()?);
    let mut entry = entry_of(&pages);
    let asked =
        if options.engine.asks(&llm) { ask(&pages, &mut entry, (&llm, &prompt)).await? } else { Asked::default() };
    let metrics = CatalogueMetrics::of(&entry, asked);
    Ok((entry, metrics))
}

/// Fills what is sure into the book's metadata, where no person has said it.
fn fill_in(run: &mut StageRun) -> Result<()> {
    let Some(entry) = run.book_output::<CatalogueEntry>()? else { return Ok(()) };
    run.metadata.presume(entry.sure());
    if let Some(confidence) = entry.confidence_in(&run.metadata.presumed) {
        run.metadata.metadata_extraction_confidence = Some(confidence);
    }
    Ok(())
}
