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

#[cfg(test)]
mod tests {
    use Classification::{Body, Footer, Header, PageNumber};

    use super::super::test_labels::{in_a_book, labels_of};
    use super::*;
    use crate::ocr::Block;
    use crate::page_layout::test_pages::{block, centred, line, prose};
    use crate::pagination::PagePagination;

    /// The labels of a head in two blocks, the text, and a foot.
    fn labels(left: &str, right: &str, foot: &str) -> [Classification; 4] {
        let book = PagePagination {
            running_head: Some("AIA".to_owned()),
            head_bottom_px: Some(70),
            foot_top_px: Some(1400),
            ..in_a_book()
        };
        let blocks: Vec<Block> = vec![
            block(1, &[line((100, 50), 18, left)]),
            block(2, &[line((850, 52), 18, right)]),
            prose(3, 100, 40),
            block(4, &[centred(1000, 1400, 20, foot)]),
        ];
        labels_of(blocks, &book).try_into().expect("as many labels as blocks")
    }

    #[test]
    fn heads_feet_and_folios_stand_at_the_edge() {
        assert_eq!(labels("12 SKETCHES", "OF", "A foot of words"), [Header, PageNumber, Body, Footer]);
        assert_eq!(labels("AIA,", "69", "— xii —"), [Header, PageNumber, Body, PageNumber]);
        assert_eq!(labels("THE HEAD", "vd", "(4)"), [Header, PageNumber, Body, PageNumber]);
    }
}
