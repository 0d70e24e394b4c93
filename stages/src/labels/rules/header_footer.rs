use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use super::split_blocks::is_signature_mark;
use crate::labels::Classification;
use crate::pagination::Folio;

/// Running heads and feet, and isolated page numbers. A running head that contains the page number is one HEADER.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    let (in_head, in_foot) = (page.is_in_header(block), page.is_in_footer(block));
    match (in_head || in_foot, is_number(block, page)) {
        (false, _) => is_signature_mark_alone(block, page).then_some((Classification::Footer, 0.8)),
        (true, true) => Some((Classification::PageNumber, 0.95)),
        (true, false) if in_head => Some((Classification::Header, 0.95)),
        (true, false) => Some((Classification::Footer, 0.9)),
    }
}

/// Minimum white space above a signature mark, leadings.
const MIN_SIGNATURE_GAP_LEADINGS: f64 = 0.4;

/// The mark of a printed sheet, alone below the text: `B 2`.
fn is_signature_mark_alone(block: &BlockView, page: &PageView) -> bool {
    let [row] = &block.rows[..] else { return false };
    let is_lowest = page.blocks.iter().all(|other| other.bbox.y <= block.bbox.y);
    is_lowest
        && page.gap_above(block).is_some_and(|gap| gap >= MIN_SIGNATURE_GAP_LEADINGS)
        && is_signature_mark(&row.bbox, row.words.iter().map(|word| word.text.as_str()), &page.layout)
}

/// A page number alone, possibly in brackets or between dashes; or a short word in its place that is not part of the running head.
fn is_number(block: &BlockView, page: &PageView) -> bool {
    let mut words = block.text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let (Some(word), None) = (words.next(), words.next()) else { return false };
    let is_head = page.book.running_head.as_ref().is_some_and(|head| head.contains(word));
    Folio::parse(word).is_some() || (word.chars().count() <= MAX_ILLEGIBLE_NUMBER_CHARS && !is_head)
}

/// Maximum length of a page number that was misread as letters.
const MAX_ILLEGIBLE_NUMBER_CHARS: usize = 4;

#[cfg(test)]
mod tests {
    use Classification::{Body, Footer, Header, PageNumber};

    use super::super::test_labels::{in_a_book, labels_of};
    use super::*;
    use crate::ocr::{Block, Line};
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
    fn number_between_dashes_of_a_skewed_page_is_a_page_number() {
        let mut number = line((460, 1405), 20, "— 13 —");
        number.words[0].bbox.y -= 15;
        let book = PagePagination { foot_top_px: Some(1405), ..in_a_book() };
        assert_eq!(labels_of(vec![prose(1, 100, 40), block(2, &[number])], &book)[1], PageNumber);
    }

    #[test]
    fn signature_mark_below_the_text_is_a_footer() {
        let label = |mark: Line| labels_of(vec![prose(1, 100, 40), block(2, &[mark])], &in_a_book())[1];
        for mark in ["B 2", "B2", "C", "VOL. I. C"] {
            assert_eq!(label(line((700, 1340), 20, mark)), Footer, "{mark}");
        }
        assert_eq!(label(line((100, 1340), 20, "C")), Body, "at the left it may be text");
        assert_eq!(label(line((700, 1340), 20, "etc.")), Body);
    }

    #[test]
    fn headers_footers_and_page_numbers_are_labelled() {
        assert_eq!(labels("12 SKETCHES", "OF", "A foot of words"), [Header, PageNumber, Body, Footer]);
        assert_eq!(labels("AIA,", "69", "— xii —"), [Header, PageNumber, Body, PageNumber]);
        assert_eq!(labels("THE HEAD", "vd", "(4)"), [Header, PageNumber, Body, PageNumber]);
    }
}
