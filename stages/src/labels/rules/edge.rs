use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;
use crate::pagination::Folio;

/// Running heads and feet, and folios that stand alone. A head that carries the folio is one HEADER.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    let (in_head, in_foot) = (page.is_in_head(block), page.is_in_foot(block));
    match (in_head || in_foot, is_number(block, page)) {
        (false, _) => None,
        (true, true) => Some((Classification::PageNumber, 0.95)),
        (true, false) if in_head => Some((Classification::Header, 0.95)),
        (true, false) => Some((Classification::Footer, 0.9)),
    }
}

/// A folio alone, with brackets or dashes around it; or a short word that is no head and stands in its place.
fn is_number(block: &BlockView, page: &PageView) -> bool {
    let mut words = block.text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let (Some(word), None) = (words.next(), words.next()) else { return false };
    let is_head = page.book.running_head.as_ref().is_some_and(|head| head.contains(word));
    Folio::parse(word).is_some() || (word.chars().count() <= UNREADABLE_FOLIO && !is_head)
}

/// A folio that was read as letters has no more of them.
const UNREADABLE_FOLIO: usize = 4;
