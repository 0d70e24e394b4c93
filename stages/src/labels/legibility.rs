use crate::ocr::OcrPage;
use crate::page_layout::text_rows;

/// Words with a lower confidence are unsure, 0..=1: one in fifty on a legible page, one in ten on a bad scan, one in four on an illegible one.
pub(super) const MIN_WORD_CONFIDENCE: f64 = 0.6;

/// The fraction of a page's words that are unsure, 0..=1; 0 for a page without words.
pub(super) fn unsure_ratio(page: &OcrPage) -> f64 {
    let rows = text_rows(page);
    let words: Vec<f64> = rows.iter().flat_map(|row| &row.words).map(|word| word.confidence).collect();
    let unsure = words.iter().filter(|confidence| **confidence < MIN_WORD_CONFIDENCE).count();
    unsure as f64 / words.len().max(1) as f64
}

/// A page with a larger fraction of unsure words is illegible; the report flags it.
const MAX_UNSURE_RATIO: f64 = 0.2;

/// Whether a page is illegible: too many of its words are unsure.
pub(crate) fn is_unreadable(page: &OcrPage) -> bool {
    unsure_ratio(page) > MAX_UNSURE_RATIO
}
