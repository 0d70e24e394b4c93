use super::block_view::BlockView;
use super::heading_lines::split_headings;
use super::page_view::PageView;
use super::split_blocks::{SplitKind, SplitLines, split_blocks};
use super::{caption, footnote, header_footer, heading, noise, quote, running_text, table};
use crate::labels::{Classification, LabelledBlock, LabelledLines};
use crate::ocr::OcrPage;
use crate::pagination::PagePagination;

/// A rule's label for a block, and its confidence, 0..=1.
pub(super) type Verdict = (Classification, f64);

/// A rule labels a block if it is of the rule's kind.
type Rule = fn(&BlockView, &PageView) -> Option<Verdict>;

/// The rules, in order of precedence.
const RULES: [Rule; 8] = [
    noise::label,
    header_footer::label,
    running_text::label_page_of_its_own,
    caption::label,
    heading::label,
    table::label,
    footnote::label,
    quote::label,
];

/// Labels every block of a page; `book` is the context from the whole book.
#[must_use]
pub fn label_blocks(page: &OcrPage, book: &PagePagination) -> Vec<LabelledBlock> {
    label_page(page, book).0
}

/// Labels every block of a page, and the lines of a block that do not belong to its text.
#[must_use]
pub fn label_page(page: &OcrPage, book: &PagePagination) -> (Vec<LabelledBlock>, Vec<LabelledLines>) {
    let split = split_headings(split_blocks(page, book), book);
    let view = PageView::of(&split.page, book);
    let (mut blocks, mut lines) = (Vec::new(), Vec::new());
    for block in &view.blocks {
        let label = label_block(block, &view);
        match split.parts.iter().find(|part| part.block_num == block.block_num) {
            Some(part) => lines.push(label_lines(part, label)),
            None if split.footnotes.contains(&block.block_num) => blocks.push(as_footnote(label)),
            None => blocks.push(label),
        }
    }
    (blocks, lines)
}

/// The label of a block that is a footnote by its type and place: what resembles text is one, but not a caption or heading.
fn as_footnote(label: LabelledBlock) -> LabelledBlock {
    use Classification::{
        Caption, ChapterHeading, Footer, Footnote, Header, OcrArtifact, PageNumber, PhotoCredit, SectionHeading, Table,
    };
    let is_other = matches!(
        label.classification,
        Footnote
            | Caption
            | ChapterHeading
            | Footer
            | Header
            | OcrArtifact
            | PageNumber
            | PhotoCredit
            | SectionHeading
            | Table
    );
    let confidence = label.classification_confidence.min(FOOTNOTE_CONFIDENCE);
    if is_other {
        label
    } else {
        LabelledBlock { classification: Footnote, classification_confidence: confidence, ..label }
    }
}

/// Confidence in a footnote that is one by its type and place.
const FOOTNOTE_CONFIDENCE: f64 = 0.8;

/// Lines that were split from a block of text are what they were split for, whatever else their text resembles.
fn label_lines(part: &SplitLines, label: LabelledBlock) -> LabelledLines {
    use Classification::{ChapterHeading, Footer, Footnote, Header, PageNumber, SectionHeading};
    let of_kind = match part.kind {
        SplitKind::OutsideText => matches!(label.classification, Header | Footer | PageNumber),
        SplitKind::Footnote => label.classification == Footnote,
        SplitKind::Heading => matches!(label.classification, ChapterHeading | SectionHeading),
        SplitKind::Text => true,
    };
    let (classification, classification_confidence) = match part.kind {
        _ if of_kind => (label.classification, label.classification_confidence),
        SplitKind::OutsideText => (Footer, 0.8),
        SplitKind::Footnote => (Footnote, FOOTNOTE_CONFIDENCE),
        SplitKind::Heading | SplitKind::Text => (SectionHeading, 0.7),
    };
    LabelledLines { block_num: part.origin, lines: part.lines, classification, classification_confidence }
}

pub(super) fn label_block(block: &BlockView, page: &PageView) -> LabelledBlock {
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

/// How far a label that depends on the text can be trusted, 0..=1: illegible text may be anything. [`PRIOR_WORDS`] with the page's average are added, so that one
/// misread word does not dominate a short heading.
fn trust_in(block: &BlockView, page: &PageView) -> f64 {
    let unsure = (block.unsure_words as f64 + page.unsure_ratio * PRIOR_WORDS) / (block.words() as f64 + PRIOR_WORDS);
    (1.0 - 2.0 * unsure).clamp(0.1, 1.0)
}

const PRIOR_WORDS: f64 = 8.0;

#[cfg(test)]
mod tests {
    use super::super::test_labels::{guessed, in_a_book};
    use super::*;
    use crate::page_layout::test_pages::{page, prose};

    #[test]
    fn every_block_has_one_label() {
        let blocks = vec![prose(7, 100, 5), prose(3, 300, 5), prose(9, 500, 5)];
        let labels = label_blocks(&page(1, blocks), &in_a_book());
        assert_eq!(labels.iter().map(|label| label.block_num).collect::<Vec<_>>(), [7, 3, 9]);
        assert_eq!(label_blocks(&page(1, Vec::new()), &in_a_book()), []);
    }

    #[test]
    fn labels_of_illegible_blocks_have_low_confidence() {
        let confidence = |read: f64| {
            label_blocks(&page(1, vec![guessed(prose(1, 100, 20), read)]), &in_a_book())[0].classification_confidence
        };
        assert!(confidence(0.95) > 0.9);
        assert!(confidence(0.4) < 0.2);
    }
}
