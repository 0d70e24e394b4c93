use rapidfuzz::distance::levenshtein;
use shelf::prelude::*;

use super::model::ModelOutcome;
use super::rules::{CorrectionKind, CorrectionResult};
use crate::ocr::OcrPage;
use crate::vision::PictureSent;

/// Metrics of `corrected` for a page.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct CorrectedMetrics {
    /// Paragraphs with a corrected text.
    pub total_corrections: u32,
    /// Mean confidence of the paragraphs, weighted by their words, 0..=1.
    #[metrics(range(0.0..=1.0))]
    #[report(decimals = 3, flag(below = 0.85))]
    pub avg_confidence: f64,
    /// Similarity to the text of `ocr`: 1 minus the edit distance divided by the length of the longer text; 1 if nothing was changed.
    #[metrics(range(0.0..=1.0))]
    #[report(decimals = 4, flag(below = 0.9))]
    pub text_similarity_ratio: f64,
    /// Characters inserted, deleted or substituted: the edit distance from the text of `ocr`.
    pub characters_changed: usize,
    /// Words hyphenated at a line end that were joined without the hyphen.
    pub hyphens_joined: usize,
    /// Words hyphenated at a line end that were joined with their hyphen.
    pub hyphens_kept: usize,
    /// Words corrected: misread letters, and missing or extra spaces.
    #[metrics(alias = "words_mended")]
    pub words_corrected: usize,
    /// Fraction of words that are neither in the dictionary nor elsewhere in the book, 0..=1; none without a dictionary.
    #[metrics(range(0.0..=1.0))]
    #[report(decimals = 3)]
    pub unknown_words: Option<f64>,
    /// Whether the page is illegible, so that it is not corrected: so many of its words are unknown that it is in another language, or was not read.
    #[metrics(alias = "too_bad_to_mend")]
    #[report(flag(equals = "true"))]
    pub illegible: bool,
    /// Paragraphs sent to a model.
    pub paragraphs_sent: u32,
    /// What the model was shown of the page's scan: `none`, `strips` or `page`.
    #[report(skip)]
    pub picture_sent: PictureSent,
    /// Changes from the model that were accepted, words or groups of words.
    pub changes_accepted: u32,
    /// Changes from the model that are in doubt: the text stays, and the page has a proposal, for a person to decide.
    #[metrics(alias = "changes_suspicious")]
    #[report(flag(above = 0))]
    pub changes_flagged: u32,
    /// Changes from the model that were rejected: the words were read with certainty, or are not alike.
    pub changes_refused: u32,
    /// Whether most of the model's changes were rejected, so that its reply is not to be trusted.
    #[report(flag(equals = "true"))]
    pub mostly_refused: bool,
}

/// Of fewer changes, most may be rejected by chance.
const MIN_MOSTLY_REFUSED: u32 = 3;

impl CorrectedMetrics {
    /// Compares a corrected page with what `ocr` read.
    pub(super) fn of(ocr: &OcrPage, corrected: &CorrectionResult, asked: ModelOutcome) -> Self {
        let CorrectionResult { page, corrections, legibility } = corrected;
        let (mut edits, mut length) = (0, 0);
        let read = ocr.blocks.iter().flat_map(|block| &block.paragraphs);
        let corrected = page.blocks.iter().flat_map(|block| &block.paragraphs);
        for (read, corrected) in read.zip(corrected) {
            let before = read.text.chars().count();
            length += corrected.text.as_ref().map_or(before, |text| before.max(text.chars().count()));
            edits += corrected.text.as_ref().map_or(0, |text| levenshtein::distance(read.text.chars(), text.chars()));
        }
        let count =
            |kinds: &[CorrectionKind]| corrections.iter().filter(|correction| kinds.contains(&correction.kind)).count();
        Self {
            total_corrections: page.total_corrections,
            avg_confidence: page.avg_confidence,
            text_similarity_ratio: 1.0 - edits as f64 / length.max(1) as f64,
            characters_changed: edits,
            hyphens_joined: count(&[CorrectionKind::Joined]),
            hyphens_kept: count(&[CorrectionKind::Kept]),
            words_corrected: count(&[CorrectionKind::Misread, CorrectionKind::Separated, CorrectionKind::Rejoined]),
            unknown_words: legibility.unknown,
            illegible: legibility.is_illegible(),
            paragraphs_sent: asked.sent,
            picture_sent: asked.picture,
            changes_accepted: asked.accepted,
            changes_flagged: asked.flagged,
            changes_refused: asked.refused,
            mostly_refused: asked.refused >= MIN_MOSTLY_REFUSED && asked.refused > asked.accepted + asked.flagged,
        }
    }
}
