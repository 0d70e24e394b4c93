use crate::ocr::OcrPage;
use crate::page_layout::text_rows;

/// Words below this confidence were guessed, 0..=1: of a page that can be read well one in fifty is, of a bad scan one in ten, of one that nobody
/// can read one in four.
pub(super) const UNSURE: f64 = 0.6;

/// How many of a page's words were read without confidence, 0..=1; 0 for a page without words.
pub(super) fn unsure_ratio(page: &OcrPage) -> f64 {
    let rows = text_rows(page);
    let words: Vec<f64> = rows.iter().flat_map(|row| &row.words).map(|word| word.confidence).collect();
    let unsure = words.iter().filter(|confidence| **confidence < UNSURE).count();
    unsure as f64 / words.len().max(1) as f64
}

/// A page with a larger share of such words is one that nobody can read; the report flags it.
const UNREADABLE: f64 = 0.2;

/// Whether so much of a page was guessed that nobody can read it.
pub(crate) fn is_unreadable(page: &OcrPage) -> bool {
    unsure_ratio(page) > UNREADABLE
}
