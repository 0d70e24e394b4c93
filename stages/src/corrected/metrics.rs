use rapidfuzz::distance::levenshtein;
use shelf::prelude::*;

use super::model::Asked;
use super::rules::{Kind, Mended};
use crate::ocr::OcrPage;
use crate::vision::PictureSent;

/// What `corrected` measures of a page.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct CorrectedMetrics {
    /// Paragraphs that have a corrected text.
    pub total_corrections: u32,
    /// Mean confidence of the paragraphs, each by its words, 0..=1.
    #[metrics(range(0.0..=1.0))]
    #[report(decimals = 3, flag(below = 0.85))]
    pub avg_confidence: f64,
    /// How much of the text of `ocr` stayed: 1 less the edits, over the longer text's characters; 1 where nothing was changed.
    #[metrics(range(0.0..=1.0))]
    #[report(decimals = 4, flag(below = 0.9))]
    pub text_similarity_ratio: f64,
    /// Characters put in, taken out or replaced: the edit distance between the texts.
    pub characters_changed: usize,
    /// Words that a line end parted, put together without the hyphen.
    pub hyphens_joined: usize,
    /// Words that a line end parted, put together with their hyphen.
    pub hyphens_kept: usize,
    /// Words with misread letters, lost spaces or spaces too many that were mended.
    pub words_mended: usize,
    /// The share of words that neither the dictionary nor the book has, 0..=1; none without a dictionary.
    #[metrics(range(0.0..=1.0))]
    #[report(decimals = 3)]
    pub unknown_words: Option<f64>,
    /// Whether the page is too bad to be mended: so many of its words are unknown that it is in another language, or was not read.
    #[report(flag(equals = "true"))]
    pub too_bad_to_mend: bool,
    /// Paragraphs that a model was asked about.
    pub paragraphs_sent: u32,
    /// What of the page's scan the model saw: `none`, `strips` or `page`.
    #[report(skip)]
    pub picture_sent: PictureSent,
    /// Changes of the model that were not taken, since they were too far from what was read.
    pub changes_refused: u32,
    /// Changes of the model that were taken and are to be looked at: another number, a name that was not read.
    #[report(flag(above = 0))]
    pub changes_suspicious: u32,
}

impl CorrectedMetrics {
    /// Compares a corrected page with what `ocr` read.
    pub(super) fn of(ocr: &OcrPage, mended: &Mended, asked: Asked) -> Self {
        let Mended { page, corrections, legibility } = mended;
        let (mut edits, mut length) = (0, 0);
        let read = ocr.blocks.iter().flat_map(|block| &block.paragraphs);
        let corrected = page.blocks.iter().flat_map(|block| &block.paragraphs);
        for (read, corrected) in read.zip(corrected) {
            let before = read.text.chars().count();
            length += corrected.text.as_ref().map_or(before, |text| before.max(text.chars().count()));
            edits += corrected.text.as_ref().map_or(0, |text| levenshtein::distance(read.text.chars(), text.chars()));
        }
        let count = |kinds: &[Kind]| corrections.iter().filter(|correction| kinds.contains(&correction.kind)).count();
        Self {
            total_corrections: page.total_corrections,
            avg_confidence: page.avg_confidence,
            text_similarity_ratio: 1.0 - edits as f64 / length.max(1) as f64,
            characters_changed: edits,
            hyphens_joined: count(&[Kind::Joined]),
            hyphens_kept: count(&[Kind::Kept]),
            words_mended: count(&[Kind::Misread, Kind::Apart, Kind::Whole]),
            unknown_words: legibility.unknown,
            too_bad_to_mend: legibility.is_hopeless(),
            paragraphs_sent: asked.sent,
            picture_sent: asked.picture,
            changes_refused: asked.refused,
            changes_suspicious: asked.suspicious,
        }
    }
}
