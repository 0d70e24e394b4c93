use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;

/// Running heads and feet, and folios that stand alone. A head that carries the folio is one HEADER.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    let tolerance = page.sheet.body_height * 0.3;
    let middle = f64::from(block.middle());
    let in_head = page.book.head_bottom_px.is_some_and(|bottom| {
        middle < f64::from(bottom) && f64::from(block.bbox.bottom()) <= f64::from(bottom) + tolerance
    });
    let in_foot = page
        .book
        .foot_top_px
        .is_some_and(|top| middle > f64::from(top) && f64::from(block.bbox.y) >= f64::from(top) - tolerance);
    match (in_head || in_foot, is_number(&block.text)) {
        (false, _) => None,
        (true, true) => Some((Classification::PageNumber, 0.95)),
        (true, false) if in_head => Some((Classification::Header, 0.95)),
        (true, false) => Some((Classification::Footer, 0.9)),
    }
}

/// A folio alone, with brackets or dashes around it: no more than five letters, in one word.
fn is_number(text: &str) -> bool {
    let mut words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
    let (first, second) = (words.next(), words.next());
    second.is_none() && first.is_some_and(|word| word.chars().filter(|c| c.is_alphanumeric()).count() <= 5)
}
