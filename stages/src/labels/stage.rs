use shelf::prelude::*;

use super::rules::label_blocks;
use super::{Classification, LabelledBlock, LabelsOptions, LabelsPage, NumberingStyle, PageRegion, unsure_ratio};
use crate::ocr::{OcrPage, ocr};
use crate::pagination::{PagePagination, pagination};

/// What `labels` measures of a page.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct LabelsMetrics {
    /// Blocks that got a label: all of them.
    pub total_blocks_classified: u32,
    /// Mean confidence of the labels, 0..=1.
    #[metrics(range(0.0..=1.0))]
    #[report(flag(below = 0.6))]
    pub avg_classification_confidence: f64,
    /// Whether a printed page number was found.
    pub page_number_extracted: bool,
    /// Whether the page's part of the book is known.
    pub page_region_classified: bool,
    /// The page's number as printed.
    pub printed_page_number: Option<String>,
    /// How it is printed.
    pub numbering_style: Option<NumberingStyle>,
    /// The part of the book that the page is in.
    pub page_region: Option<PageRegion>,
    /// Blocks that are no text but specks, edges and what was read into them.
    pub artifacts: u32,
    /// How many of the page's words were guessed more than read, 0..=1: many on a page that nobody can read.
    #[metrics(range(0.0..=1.0))]
    #[report(flag(above = 0.2))]
    pub unsure_words_ratio: f64,
}

/// Says what each block of a page is, and which number is printed on the page.
#[stage(name = "labels", deps = [ocr, pagination], parallelism = cpu, options = LabelsOptions)]
pub fn labels(
    ocr: OcrPage,
    pagination: Part<PagePagination>,
    options: &LabelsOptions,
) -> Result<(LabelsPage, LabelsMetrics)> {
    options.engine.check_rules_only("labels")?;
    let blocks = label_blocks(&ocr, &pagination);
    let page = LabelsPage {
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
        model_used: Model::default(),
        processing_cost: ProcessingCost::default(),
        timestamp: Timestamp::default(),
    };
    let metrics = measure(&page, unsure_ratio(&ocr));
    Ok((page, metrics))
}

fn mean_confidence(blocks: &[LabelledBlock]) -> f64 {
    let sum: f64 = blocks.iter().map(|block| block.classification_confidence).sum();
    if blocks.is_empty() { 1.0 } else { (sum / blocks.len() as f64 * 1e4).round() / 1e4 }
}

fn measure(page: &LabelsPage, unsure_words_ratio: f64) -> LabelsMetrics {
    let artifacts = page.blocks.iter().filter(|block| block.classification == Classification::OcrArtifact).count();
    LabelsMetrics {
        total_blocks_classified: page.total_blocks,
        avg_classification_confidence: page.avg_classification_confidence,
        page_number_extracted: page.printed_page_number.is_some(),
        page_region_classified: page.page_region.is_some_and(|region| region != PageRegion::Uncertain),
        printed_page_number: page.printed_page_number.clone(),
        numbering_style: page.numbering_style,
        page_region: page.page_region,
        artifacts: artifacts as u32,
        unsure_words_ratio: (unsure_words_ratio * 1e4).round() / 1e4,
    }
}
