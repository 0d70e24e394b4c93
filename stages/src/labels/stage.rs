use shelf::prelude::*;

use super::model::{ModelOutcome, PROMPT, ask};
use super::rules::label_page;
use super::{LabelledBlock, LabelsMetrics, LabelsOptions, LabelsPage, unsure_ratio};
use crate::ocr::{OcrPage, ocr};
use crate::pagination::{PagePagination, pagination};

/// Labels each block of a page and finds the printed page number. Rules label every page; a model, if used, checks pages with doubtful
/// labels.
#[stage(name = "labels", version = 6, deps = [ocr, pagination], parallelism = llm, options = LabelsOptions, prompt = PROMPT)]
pub async fn labels(
    ocr: OcrPage,
    pagination: Part<PagePagination>,
    image: PageImage,
    llm: Llm,
    prompt: Prompt,
    options: &LabelsOptions,
) -> Result<(LabelsPage, LabelsMetrics)> {
    let upright = ocr.upright();
    let mut page = labelled_by_rules(&upright, &pagination);
    let outcome = if options.engine.asks(&llm) {
        options.engine.or_rules(&llm, ask(&upright, &pagination, &mut page, (&llm, &prompt, &image), options).await)?
    } else {
        ModelOutcome::default()
    };
    page.avg_classification_confidence = mean_confidence(&page.blocks);
    let metrics = LabelsMetrics::of(&page, unsure_ratio(&ocr), outcome);
    Ok((page, metrics))
}

fn labelled_by_rules(ocr: &OcrPage, pagination: &PagePagination) -> LabelsPage {
    let (blocks, lines) = label_page(ocr, pagination);
    LabelsPage {
        page_number: ocr.page_number,
        printed_page_number: pagination.printed_page_number.clone(),
        numbering_style: Some(pagination.numbering_style),
        page_number_location: Some(pagination.page_number_location),
        page_number_confidence: pagination.page_number_confidence,
        page_region: Some(pagination.page_region),
        page_region_confidence: pagination.page_region_confidence,
        total_blocks: blocks.len() as u32,
        avg_classification_confidence: mean_confidence(&blocks),
        blocks,
        lines,
        model_used: Model::default(),
        processing_cost: ProcessingCost::default(),
        timestamp: Timestamp::default(),
    }
}

fn mean_confidence(blocks: &[LabelledBlock]) -> f64 {
    let sum: f64 = blocks.iter().map(|block| block.classification_confidence).sum();
    if blocks.is_empty() { 1.0 } else { (sum / blocks.len() as f64 * 1e4).round() / 1e4 }
}
