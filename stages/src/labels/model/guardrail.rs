//! Checks a model's changes of labels: running text must not be discarded, and the more certain label wins.

use super::Change;
use crate::labels::rules::BlockView;
use crate::labels::{Classification, LabelledBlock};

/// Checks a change of a block's label.
///
/// # Errors
/// Why it is refused.
pub(super) fn judge(change: &Change, rules: &LabelledBlock, block: &BlockView) -> Result<(), &'static str> {
    // Blocks with these labels are not part of the book's text.
    let drops_text = matches!(
        change.classification,
        Classification::OcrArtifact | Classification::Header | Classification::Footer | Classification::PageNumber
    );
    if drops_text && block.is_running_text() {
        return Err("it is running text");
    }
    if change.confidence < rules.classification_confidence {
        return Err("the rules are surer");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page_layout::PageLayout;
    use crate::page_layout::test_pages::{block, line, page, prose};

    fn judged(block_num: u32, classification: Classification, confidence: f64) -> Result<(), &'static str> {
        let page = page(1, vec![prose(1, 300, 8), block(2, &[line((100, 100), 20, "A line")])]);
        let layout = PageLayout::of(&page, Some(20.0));
        let of_rules =
            LabelledBlock { block_num, classification: Classification::Body, classification_confidence: 0.5 };
        let view = BlockView::of(&page.blocks[block_num as usize - 1], &layout);
        judge(&Change { block: block_num, classification, confidence }, &of_rules, &view)
    }

    #[test]
    fn does_not_discard_running_text() {
        assert_eq!(judged(1, Classification::OcrArtifact, 1.0), Err("it is running text"));
        assert_eq!(judged(1, Classification::Header, 1.0), Err("it is running text"));
        assert_eq!(judged(1, Classification::Quote, 0.9), Ok(()));
        assert_eq!(judged(2, Classification::Header, 0.9), Ok(()));
    }

    #[test]
    fn prefers_the_more_certain_label() {
        assert_eq!(judged(2, Classification::SectionHeading, 0.4), Err("the rules are surer"));
        assert_eq!(judged(2, Classification::SectionHeading, 0.6), Ok(()));
    }
}
