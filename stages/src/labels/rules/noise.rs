use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;

/// Words below this mean confidence, where they are few, were read off something that is no text.
const HOPELESS: f64 = 0.3;

/// More words than this, on the page's text, are text, however badly it was read.
const FEW_WORDS: usize = 4;

/// Specks, edges, rules, stamps and what was read into them.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    if block.rows.is_empty() {
        return Some((Classification::OcrArtifact, 0.9));
    }
    let invented = block.legibility < HOPELESS && block.words() <= FEW_WORDS && !page.is_in_head(block);
    invented.then_some((Classification::OcrArtifact, 0.7))
}
