//! Finding the paragraph that an edit was made on.

use super::words::same_words;
use crate::{MergedBlock, MergedParagraph};

/// Where a paragraph is: the index of its block, and its own in the block.
pub(super) type Position = (usize, usize);

/// The numbers of a block and of a paragraph in it.
pub(super) type Numbers = (u32, u32);

/// The only paragraph that meets a condition.
pub(super) fn only(
    blocks: &[MergedBlock],
    condition: impl Fn(&MergedBlock, &MergedParagraph) -> bool,
) -> Option<Position> {
    match positions(blocks, condition).as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

pub(super) fn positions(
    blocks: &[MergedBlock],
    condition: impl Fn(&MergedBlock, &MergedParagraph) -> bool,
) -> Vec<Position> {
    let all = blocks
        .iter()
        .enumerate()
        .flat_map(|(b, block)| block.paragraphs.iter().enumerate().map(move |(p, paragraph)| (b, p, block, paragraph)));
    all.filter(|(_, _, block, paragraph)| condition(block, paragraph)).map(|(b, p, ..)| (b, p)).collect()
}

/// The paragraph with these numbers.
pub(super) fn in_place(blocks: &[MergedBlock], numbers: Numbers) -> Option<Position> {
    positions(blocks, |block, found| (block.block_num, found.par_num) == numbers).first().copied()
}

/// The paragraph with these words: the one with these numbers, or the only one on the page.
pub(super) fn with_words(blocks: &[MergedBlock], numbers: Numbers, text: &str) -> Option<Position> {
    let has_words = |_: &MergedBlock, found: &MergedParagraph| same_words(&found.text, text);
    only(blocks, |block, found| (block.block_num, found.par_num) == numbers && has_words(block, found))
        .or_else(|| only(blocks, has_words))
}

/// What is there instead of a paragraph that an edit was made on.
pub(super) fn now(blocks: &[MergedBlock], numbers: Numbers) -> String {
    let (block, paragraph) = numbers;
    match in_place(blocks, numbers) {
        Some((b, p)) => {
            format!("paragraph {block}/{paragraph} now reads \"{}\"", beginning(&blocks[b].paragraphs[p].text))
        }
        None => format!("paragraph {block}/{paragraph} is missing from the page"),
    }
}

/// The beginning of a text, on one line.
pub(super) fn beginning(text: &str) -> String {
    const CHARS: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}
