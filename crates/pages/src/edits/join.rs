//! Joining a paragraph with the one before it.

use super::apply::SAME_TEXT;
use super::find::{Numbers, Position, beginning, in_place, now, only, with_words};
use super::words::{common_share, same_words};
use crate::{Classification, MergedBlock, ParagraphStart, TextRole};

/// The nearest paragraph before another one on its page that it can be joined with: text with text, notes with notes.
pub(super) fn paragraph_before(blocks: &[MergedBlock], (block, paragraph): Position) -> Option<Position> {
    if let Some(before) = paragraph.checked_sub(1) {
        return Some((block, before));
    }
    let label = blocks[block].classification;
    let before = (0..block).rev().find(|at| label.joins(blocks[*at].classification))?;
    Some((before, blocks[before].paragraphs.len().checked_sub(1)?))
}

/// Whether the first paragraph with this label on a page can continue one on the page before.
pub(super) fn may_continue_page(label: Classification) -> bool {
    matches!(label.role(), TextRole::Text | TextRole::Quotation)
}

/// Marks a paragraph as continuing the one before it, or says what is there instead.
pub(super) fn join(
    blocks: &mut [MergedBlock],
    numbers: Numbers,
    text: &str,
    previous: Option<&str>,
) -> Result<(), String> {
    let is_alike = |(b, p): &Position| common_share(text, &blocks[*b].paragraphs[*p].text) >= SAME_TEXT;
    let found = with_words(blocks, numbers, text).or_else(|| in_place(blocks, numbers).filter(is_alike));
    let Some((block, paragraph)) = found else {
        let both = previous.map(|previous| format!("{previous}\n{text}"));
        let is_one = both.is_some_and(|both| only(blocks, |_, found| same_words(&found.text, &both)).is_some());
        return if is_one { Ok(()) } else { Err(now(blocks, numbers)) };
    };
    let label = blocks[block].classification;
    let before = paragraph_before(blocks, (block, paragraph)).map(|(b, p)| blocks[b].paragraphs[p].text.as_str());
    match (previous, before) {
        (Some(previous), Some(before)) if common_share(previous, before) >= SAME_TEXT => {}
        (None, None) if may_continue_page(label) => {}
        (_, Some(before)) => return Err(format!("the paragraph before it now reads \"{}\"", beginning(before))),
        (_, None) => {
            return Err(format!("the page has no {} before it", label.name()));
        }
    }
    blocks[block].paragraphs[paragraph].start = Some(ParagraphStart::Joined);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::test_blocks::{block_of, blocks};
    use super::*;

    const NEXT: &str = "a ship sailed away in May.";

    fn joined(blocks: &mut [MergedBlock], numbers: Numbers) -> Result<Vec<bool>, String> {
        join(blocks, numbers, NEXT, Some("It was said that"))?;
        let starts = blocks.iter().flat_map(|block| &block.paragraphs).map(|paragraph| paragraph.start);
        Ok(starts.map(|start| start == Some(ParagraphStart::Joined)).collect())
    }

    #[test]
    fn a_paragraph_is_joined_within_its_block_and_across_blocks() {
        assert_eq!(joined(&mut [block_of(&["It was said that", NEXT])], (1, 2)), Ok(vec![false, true]));
        assert_eq!(joined(&mut blocks(&["It was said that", NEXT]), (2, 1)), Ok(vec![false, true]));
        let mut around_note = blocks(&["It was said that", "* A note", NEXT]);
        around_note[1].classification = Classification::Footnote;
        assert_eq!(joined(&mut around_note, (3, 1)), Ok(vec![false, false, true]));
    }

    #[test]
    fn it_is_found_after_small_changes_and_where_it_has_moved() {
        let read = ["x", "It was said that", "a ship sailed avvay in May."];
        assert_eq!(joined(&mut blocks(&read), (3, 1)), Ok(vec![false, false, true]));
        assert_eq!(joined(&mut blocks(&["It was said that", NEXT, "y"]), (3, 1)), Ok(vec![false, true, false]));
        assert_eq!(joined(&mut blocks(&["It was said that a ship sailed away in May."]), (2, 1)), Ok(vec![false]));
    }

    #[test]
    fn what_has_changed_is_a_conflict() {
        let problem = |texts: &[&str]| joined(&mut blocks(texts), (2, 1)).unwrap_err();
        assert_eq!(problem(&["It was said that", "x"]), "paragraph 2/1 now reads \"x\"");
        assert_eq!(problem(&["The end.", NEXT]), "the paragraph before it now reads \"The end.\"");
        assert_eq!(problem(&[NEXT]), "the page has no BODY before it");
        let mut first = blocks(&["x", NEXT]);
        assert!(join(&mut first, (2, 1), NEXT, None).unwrap_err().starts_with("the paragraph before it now reads"));
        assert_eq!(join(&mut first[1..], (2, 1), NEXT, None), Ok(()));
    }
}
