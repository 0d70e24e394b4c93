//! What a model says of a block is measured against what is known of it: text is not thrown away, whoever says so.

use super::Change;
use crate::labels::rules::BlockView;
use crate::labels::{Classification, LabelledBlock};

/// Judges a change of a block's label.
///
/// # Errors
/// Why it is not taken.
pub(super) fn judge(change: &Change, rules: &LabelledBlock, block: &BlockView) -> Result<(), &'static str> {
    // Of these nothing stays in the text of the book.
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
    fn running_text_is_not_thrown_away() {
        assert_eq!(judged(1, Classification::OcrArtifact, 1.0), Err("it is running text"));
        assert_eq!(judged(1, Classification::Header, 1.0), Err("it is running text"));
        assert_eq!(judged(1, Classification::Quote, 0.9), Ok(()));
        assert_eq!(judged(2, Classification::Header, 0.9), Ok(()));
    }

    #[test]
    fn who_is_surer_is_right() {
        assert_eq!(judged(2, Classification::SectionHeading, 0.4), Err("the rules are surer"));
        assert_eq!(judged(2, Classification::SectionHeading, 0.6), Ok(()));
    }
}
