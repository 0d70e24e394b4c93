use shelf::prelude::*;

use super::model::ModelOutcome;
use super::{Classification, LabelsPage, NumberingStyle, PageRegion};
use crate::vision::PictureSent;

/// Metrics of `labels` for a page.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct LabelsMetrics {
    /// Blocks with a label: all of them.
    pub total_blocks_classified: u32,
    /// Mean confidence of the labels, 0..=1.
    #[metrics(range(0.0..=1.0))]
    #[report(flag(below = 0.6))]
    pub avg_classification_confidence: f64,
    /// Whether a printed page number was found.
    pub page_number_extracted: bool,
    /// Whether the page's part of the book is known.
    pub page_region_classified: bool,
    /// The printed page number.
    pub printed_page_number: Option<String>,
    /// Its numerals.
    pub numbering_style: Option<NumberingStyle>,
    /// The part of the book that the page is in.
    pub page_region: Option<PageRegion>,
    /// Blocks labelled as noise: specks, scan edges and the like.
    pub artifacts: u32,
    /// Fraction of words recognised with low confidence, 0..=1: high on an illegible page.
    #[metrics(range(0.0..=1.0))]
    #[report(flag(above = 0.2))]
    pub unsure_words_ratio: f64,
    /// Whether a model was asked.
    pub asked: bool,
    /// What the model was shown of the page's scan: `none` or `page`.
    #[report(skip)]
    pub picture_sent: PictureSent,
    /// Blocks whose label the model changed.
    pub blocks_changed: u32,
    /// Changes from the model that were rejected because they contradict the page.
    pub changes_refused: u32,
}

impl LabelsMetrics {
    pub(super) fn of(page: &LabelsPage, unsure_words_ratio: f64, asked: ModelOutcome) -> Self {
        let artifacts = page.blocks.iter().filter(|block| block.classification == Classification::OcrArtifact).count();
        Self {
            total_blocks_classified: page.total_blocks,
            avg_classification_confidence: page.avg_classification_confidence,
            page_number_extracted: page.printed_page_number.is_some(),
            page_region_classified: page.page_region.is_some_and(|region| region != PageRegion::Uncertain),
            printed_page_number: page.printed_page_number.clone(),
            numbering_style: page.numbering_style,
            page_region: page.page_region,
            artifacts: artifacts as u32,
            unsure_words_ratio: (unsure_words_ratio * 1e4).round() / 1e4,
            asked: asked.asked,
            picture_sent: asked.picture,
            blocks_changed: asked.changed,
            changes_refused: asked.refused,
        }
    }
}
