//! Leaving a paragraph out of the book. It stays on the merged page, in a block labelled `OCR_ARTIFACT`, which no export has.

use super::find::{Numbers, now, with_words};
use crate::{Bbox, Classification, MergedBlock};

/// Labels a paragraph as noise, or says what is there instead. One of several in a block gets a block of its own, so that the numbers of the
/// others stay.
pub(super) fn delete(blocks: &mut Vec<MergedBlock>, numbers: Numbers, text: &str) -> Result<(), String> {
    let (at, paragraph) = with_words(blocks, numbers, text).ok_or_else(|| now(blocks, numbers))?;
    let next_num = blocks.iter().map(|block| block.block_num).max().unwrap_or_default() + 1;
    let block = &mut blocks[at];
    if block.classification == Classification::OcrArtifact {
        return Ok(());
    }
    if block.paragraphs.len() == 1 {
        label_as_noise(block);
        return Ok(());
    }
    let origin = block.origin_of(&block.paragraphs[paragraph]);
    let mut deleted = block.paragraphs.remove(paragraph);
    deleted.origin = Some(origin);
    deleted.start = None;
    let mut own = MergedBlock {
        block_num: next_num,
        origin: None,
        bbox: deleted.bbox,
        paragraphs: vec![deleted],
        ..block.clone()
    };
    label_as_noise(&mut own);
    block.bbox = Bbox::bounding(block.paragraphs.iter().map(|paragraph| paragraph.bbox)).unwrap_or(block.bbox);
    blocks.insert(at + 1, own);
    Ok(())
}

fn label_as_noise(block: &mut MergedBlock) {
    let label = std::mem::replace(&mut block.classification, Classification::OcrArtifact);
    let machine = block.label_before_edit.take().unwrap_or(label);
    block.label_before_edit = Some(machine).filter(|machine| *machine != Classification::OcrArtifact);
    block.classification_confidence = 1.0;
}

#[cfg(test)]
mod tests {
    use shelf_runtime::stage::Paragraphs as _;

    use super::super::test_blocks::{block_of, blocks, numbered};
    use super::*;
    use crate::testing::TestPage;
    use crate::{MergedPage, PageText as _};

    fn page(blocks: Vec<MergedBlock>) -> MergedPage {
        MergedPage { blocks, ..TestPage::new("x").merged() }
    }

    #[test]
    fn one_of_several_paragraphs_gets_a_block_of_its_own_and_is_conserved() {
        let before = page(vec![block_of(&["One.", "~;", "Two."])]);
        let mut after = before.clone();
        assert_eq!(delete(&mut after.blocks, (1, 2), "~;"), Ok(()));
        assert_eq!(numbered(&after.blocks), [(1, 1, "One."), (1, 3, "Two."), (2, 2, "~;")]);
        assert_eq!(after.text(), "One.\nTwo.");
        let sorted = |page: &MergedPage| {
            let mut ids = page.paragraphs();
            ids.sort();
            ids
        };
        assert_eq!(sorted(&after), sorted(&before));
    }

    #[test]
    fn the_only_paragraph_of_a_block_is_labelled() {
        let mut page = page(blocks(&["One.", "~;"]));
        delete(&mut page.blocks, (2, 1), "~;").unwrap();
        assert_eq!(page.blocks[1].label_before_edit, Some(Classification::Body));
        assert_eq!((page.blocks.len(), page.text().as_str()), (2, "One."));
    }

    #[test]
    fn a_text_that_has_changed_is_not_deleted() {
        let mut changed = blocks(&["One.", "Two."]);
        assert_eq!(delete(&mut changed, (2, 1), "~;"), Err("paragraph 2/1 now reads \"Two.\"".to_owned()));
        assert_eq!(delete(&mut blocks(&["~;", "x", "~;"]), (2, 1), "~;").unwrap_err(), "paragraph 2/1 now reads \"x\"");
    }
}
