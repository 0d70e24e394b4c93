use super::block_view::BlockView;
use super::page_view::PageView;
use super::{caption, footnote, header_footer, heading, noise, quote, running_text, table};
use crate::labels::{Classification, LabelledBlock};
use crate::ocr::OcrPage;
use crate::pagination::PagePagination;

/// What a rule says of a block, and how sure it is, 0..=1.
pub(super) type Verdict = (Classification, f64);

/// A rule says what a block is if it is of the kind that it knows.
type Rule = fn(&BlockView, &PageView) -> Option<Verdict>;

/// The rules, in the order in which they are asked.
const RULES: [Rule; 8] = [
    noise::label,
    header_footer::label,
    running_text::label_page_of_its_own,
    caption::label,
    heading::label,
    footnote::label,
    table::label,
    quote::label,
];

/// Says of every block of a page what it is; `book` is what the whole book knows of the page.
#[must_use]
pub fn label_blocks(page: &OcrPage, book: &PagePagination) -> Vec<LabelledBlock> {
    let view = PageView::of(page, book);
    view.blocks.iter().map(|block| label_block(block, &view)).collect()
}

fn label_block(block: &BlockView, page: &PageView) -> LabelledBlock {
    let verdict = RULES.iter().find_map(|rule| rule(block, page));
    let (classification, confidence) = verdict.unwrap_or_else(|| running_text::label(block, page));
    let trust = match classification {
        Classification::OcrArtifact | Classification::Header | Classification::Footer | Classification::PageNumber => {
            1.0
        }
        _ => trust_in(block, page),
    };
    LabelledBlock {
        block_num: block.block_num,
        classification,
        classification_confidence: (confidence * trust * 100.0).round() / 100.0,
    }
}

/// How far a label can be trusted that rests on what was read, 0..=1: text that nobody can read may be anything. A few words more of the
/// page are counted in, so that one misread word in a heading is not half of it.
fn trust_in(block: &BlockView, page: &PageView) -> f64 {
    let unsure = (block.unsure_words as f64 + page.unsure_ratio * WORDS_OF_THE_PAGE)
        / (block.words() as f64 + WORDS_OF_THE_PAGE);
    (1.0 - 2.0 * unsure).clamp(0.1, 1.0)
}

const WORDS_OF_THE_PAGE: f64 = 8.0;

#[cfg(test)]
mod tests {
    use super::super::test_labels::{guessed, in_a_book};
    use super::*;
    use crate::page_layout::test_pages::{page, prose};

    #[test]
    fn every_block_gets_one_label() {
        let blocks = vec![prose(7, 100, 5), prose(3, 300, 5), prose(9, 500, 5)];
        let labels = label_blocks(&page(1, blocks), &in_a_book());
        assert_eq!(labels.iter().map(|label| label.block_num).collect::<Vec<_>>(), [7, 3, 9]);
        assert_eq!(label_blocks(&page(1, Vec::new()), &in_a_book()), []);
    }

    #[test]
    fn a_label_of_what_nobody_can_read_is_not_trusted() {
        let confidence = |read: f64| {
            label_blocks(&page(1, vec![guessed(prose(1, 100, 20), read)]), &in_a_book())[0].classification_confidence
        };
        assert!(confidence(0.95) > 0.9);
        assert!(confidence(0.4) < 0.2);
    }
}
