use super::block_view::BlockView;
use super::page_view::PageView;
use super::{caption, edge, flow, footnote, heading, noise, quote, table};
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
    edge::label,
    flow::label_page_of_its_own,
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
    let label = |block: &BlockView| {
        let verdict = RULES.iter().find_map(|rule| rule(block, &view));
        let (classification, confidence) = verdict.unwrap_or_else(|| flow::label(block, &view));
        let confidence = match classification {
            Classification::OcrArtifact => confidence,
            _ => confidence * trust_in(block.legibility),
        };
        LabelledBlock {
            block_num: block.block_num,
            classification,
            classification_confidence: (confidence * 100.0).round() / 100.0,
        }
    };
    view.blocks.iter().map(label).collect()
}

/// How far a label can be trusted on words that were read with `legibility`, 0..=1: text that nobody can read may be anything.
fn trust_in(legibility: f64) -> f64 {
    ((legibility - HOPELESS) / (READABLE - HOPELESS)).clamp(0.1, 1.0)
}

/// Mean confidence of words that were read off specks.
const HOPELESS: f64 = 0.3;

/// Mean confidence of text that can be read, also from a bad scan.
const READABLE: f64 = 0.8;
