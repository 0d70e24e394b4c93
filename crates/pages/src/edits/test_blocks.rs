//! Blocks and edits for the tests of this module.

use jiff::Timestamp;

use super::{Edit, EditChange, StoredEdit};
use crate::MergedBlock;
use crate::testing::TestPage;

/// Blocks of one paragraph each, with these texts.
pub(super) fn blocks(texts: &[&str]) -> Vec<MergedBlock> {
    let block = TestPage::new("x").merged().blocks.remove(0);
    let of = |(number, text): (u32, &&str)| {
        let mut block = MergedBlock { block_num: number, ..block.clone() };
        block.paragraphs[0].text = (*text).to_owned();
        block
    };
    (1..).zip(texts).map(of).collect()
}

/// A block of several paragraphs.
pub(super) fn block_of(texts: &[&str]) -> MergedBlock {
    let mut all = blocks(texts);
    let paragraphs = all.iter_mut().flat_map(|block| std::mem::take(&mut block.paragraphs));
    let paragraphs: Vec<_> =
        (1..).zip(paragraphs).map(|(par_num, p)| crate::MergedParagraph { par_num, ..p }).collect();
    MergedBlock { paragraphs, ..all.remove(0) }
}

pub(super) fn stored(changes: Vec<EditChange>) -> Vec<StoredEdit> {
    let edit = |(number, change): (u32, EditChange)| StoredEdit {
        id: format!("edit {number}"),
        edit: Edit { change, by: "anna".to_owned(), when: Timestamp::UNIX_EPOCH, why: None },
    };
    (1..).zip(changes).map(edit).collect()
}

/// Block and paragraph number of each paragraph with its text.
pub(super) fn numbered(blocks: &[MergedBlock]) -> Vec<(u32, u32, &str)> {
    let paragraphs = blocks.iter().flat_map(|block| block.paragraphs.iter().map(move |p| (block.block_num, p)));
    paragraphs.map(|(block, paragraph)| (block, paragraph.par_num, paragraph.text.as_str())).collect()
}
