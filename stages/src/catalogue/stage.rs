use shelf::prelude::*;

use super::model::{ModelOutcome, PROMPT, ask};
use super::rules::entry_of;
use super::{CatalogueEntry, CatalogueMetrics, CatalogueOptions, FRONT_MATTER_PAGES, front_matter_pages};
use crate::ocr::{OcrPage, ocr};

/// Finds the title, author, year, publisher, ISBN and genre of the book on its first pages.
///
/// Rules find what is beyond doubt; a model, if used, finds the rest in the text, without images. Fields with enough confidence are filled into
/// the metadata unless a person has set them.
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
    let asked = if options.engine.asks(&llm) {
        options.engine.or_rules(&llm, ask(&pages, &mut entry, (&llm, &prompt)).await)?
    } else {
        ModelOutcome::default()
    };
    let metrics = CatalogueMetrics::of(&entry, asked);
    Ok((entry, metrics))
}

/// Fills the certain fields into the book's metadata unless a person has set them.
fn fill_in(run: &mut StageRun) -> Result<()> {
    let Some(entry) = run.book_output::<CatalogueEntry>()? else { return Ok(()) };
    run.metadata.infer(entry.sure());
    if let Some(confidence) = entry.confidence_in(&run.metadata.inferred) {
        run.metadata.metadata_extraction_confidence = Some(confidence);
    }
    Ok(())
}
