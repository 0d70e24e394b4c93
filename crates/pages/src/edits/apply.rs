//! Applies edits to a page as rules and models have made it, the oldest first. An edit was made on a text. If that text is not in its
//! place, it is looked for on the rest of the page; if it is missing there too, the edit is in conflict.

use std::collections::BTreeMap;

use super::delete::delete;
use super::find::{beginning, now, only};
use super::join::join;
use super::split::split;
use super::words::{common_share, words};
use super::{EditChange, StoredEdit};
use crate::{Classification, EditOutcome, EditState, MergedBlock, MergedParagraph, OcrPage};

/// The share of words that a block or paragraph must have in common with the text on which it was labelled or joined, 0..=1. What it is does
/// not depend on a few corrected words.
pub(super) const SAME_TEXT: f64 = 0.6;

/// Applies the edits of a page to its blocks, and says what became of each. `ocr` has the lines of the page, so that the parts of a split
/// paragraph have their own lines and boxes.
pub fn apply_edits(edits: &[StoredEdit], blocks: &mut Vec<MergedBlock>, ocr: Option<&OcrPage>) -> Vec<EditOutcome> {
    let chains = chains(edits);
    let mut problems: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for StoredEdit { id, edit } in edits {
        let result = match &edit.change {
            EditChange::Text { .. } => {
                if let Some(chain) = chains.iter().find(|chain| chain.ids.first() == Some(&id.as_str())) {
                    let problem = set_text(blocks, chain).err();
                    problems.extend(chain.ids.iter().map(|id| (*id, problem.clone())));
                }
                continue;
            }
            EditChange::Label { block, text, after, .. } => set_label(blocks, *block, text, *after),
            EditChange::Join { block, paragraph, text, previous } => {
                join(blocks, (*block, *paragraph), text, previous.as_deref())
            }
            EditChange::Split { block, paragraph, before, after } => {
                split(blocks, (*block, *paragraph), before, after, ocr)
            }
            EditChange::Delete { block, paragraph, text } => delete(blocks, (*block, *paragraph), text),
            EditChange::PageNumber { .. } => Ok(()),
            EditChange::Rejected { .. } | EditChange::Checked { .. } => continue,
        };
        problems.insert(id, result.err());
    }
    let outcome = |(id, problem): (&str, Option<String>)| EditOutcome {
        edit: id.to_owned(),
        state: if problem.is_some() { EditState::Conflict } else { EditState::Applied },
        problem,
    };
    problems.into_iter().map(outcome).collect()
}

/// The printed page number that a person has given the page last: `Some(None)` if it has none.
#[must_use]
pub fn edited_page_number(edits: &[StoredEdit]) -> Option<Option<String>> {
    edits.iter().rev().find_map(|stored| match &stored.edit.change {
        EditChange::PageNumber { after, .. } => Some(after.clone()),
        _ => None,
    })
}

/// Edits of one paragraph, each made on the text that the one before gave it.
struct Chain<'e> {
    ids: Vec<&'e str>,
    block: u32,
    paragraph: u32,
    /// The text that was edited first, and the text after each edit.
    texts: Vec<&'e str>,
}

/// The chains of a page. One ends where its paragraph is joined, split or deleted.
fn chains(edits: &[StoredEdit]) -> Vec<Chain<'_>> {
    let mut chains: Vec<Chain<'_>> = Vec::new();
    let mut ended = 0;
    for StoredEdit { id, edit } in edits {
        let EditChange::Text { block, paragraph, before, after } = &edit.change else {
            if edit.change.paragraph().is_some() {
                ended = chains.len();
            }
            continue;
        };
        let continued = |chain: &&mut Chain<'_>| {
            (chain.block, chain.paragraph) == (*block, *paragraph) && chain.texts.last() == Some(&before.as_str())
        };
        match chains[ended..].iter_mut().rev().find(continued) {
            Some(chain) => {
                chain.ids.push(id);
                chain.texts.push(after);
            }
            None => {
                chains.push(Chain { ids: vec![id], block: *block, paragraph: *paragraph, texts: vec![before, after] });
            }
        }
    }
    chains
}

/// Gives a paragraph the last text of a chain, or says what is there instead.
fn set_text(blocks: &mut [MergedBlock], chain: &Chain<'_>) -> Result<(), String> {
    let is_in_place = |block: &MergedBlock, found: &MergedParagraph| {
        (block.block_num, found.par_num) == (chain.block, chain.paragraph)
    };
    let has_text = |_: &MergedBlock, found: &MergedParagraph| chain.texts.contains(&found.text.as_str());
    let before = |_: &MergedBlock, found: &MergedParagraph| Some(found.text.as_str()) == chain.texts.first().copied();
    let found = only(blocks, |block, found| is_in_place(block, found) && has_text(block, found))
        .or_else(|| only(blocks, before))
        .or_else(|| only(blocks, has_text));
    let Some((block, paragraph)) = found else { return Err(now(blocks, (chain.block, chain.paragraph))) };
    let paragraph = &mut blocks[block].paragraphs[paragraph];
    let after = chain.texts.last().copied().unwrap_or_default();
    if paragraph.text != after {
        let machine = std::mem::replace(&mut paragraph.text, after.to_owned());
        let machine = paragraph.text_before_edit.take().unwrap_or(machine);
        paragraph.text_before_edit = Some(machine).filter(|machine| machine != after);
    }
    paragraph.correction_confidence = 1.0;
    Ok(())
}

/// Gives a block its label, or says what is there instead.
fn set_label(blocks: &mut [MergedBlock], number: u32, text: &str, label: Classification) -> Result<(), String> {
    let words = words(text);
    let in_place = blocks.iter().position(|block| block.block_num == number);
    let has_same_words = |block: &MergedBlock| block.text_before_edits().split_whitespace().eq(words.iter().copied());
    let same: Vec<usize> = (0..blocks.len()).filter(|at| has_same_words(&blocks[*at])).collect();
    let found = match (in_place, same.as_slice()) {
        (Some(at), same) if same.contains(&at) => at,
        (_, [only]) => *only,
        (Some(at), []) if common_share(text, &blocks[at].text_before_edits()) >= SAME_TEXT => at,
        (Some(at), _) => {
            let now = blocks[at].text_before_edits();
            return Err(format!("block {number} now reads \"{}\"", beginning(&now)));
        }
        (None, _) => return Err(format!("block {number} is missing from the page")),
    };
    let block = &mut blocks[found];
    if block.classification != label {
        let machine = std::mem::replace(&mut block.classification, label);
        let machine = block.label_before_edit.take().unwrap_or(machine);
        block.label_before_edit = Some(machine).filter(|machine| *machine != label);
    }
    block.classification_confidence = 1.0;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::test_blocks::{blocks, stored};
    use super::*;

    fn text(block: u32, before: &str, after: &str) -> EditChange {
        EditChange::Text { block, paragraph: 1, before: before.to_owned(), after: after.to_owned() }
    }

    fn label(block: u32, text: &str, after: Classification) -> EditChange {
        EditChange::Label { block, text: text.to_owned(), before: Classification::Body, after }
    }

    /// The texts of the blocks once the edits are applied, and the problems of those in conflict.
    fn applied(texts: &[&str], changes: Vec<EditChange>) -> (Vec<String>, Vec<String>) {
        let mut blocks = blocks(texts);
        let outcomes = apply_edits(&stored(changes), &mut blocks, None);
        let texts = blocks.iter().map(|block| block.paragraphs[0].text.clone()).collect();
        (texts, outcomes.into_iter().filter_map(|outcome| outcome.problem).collect())
    }

    #[test]
    fn a_text_is_edited_in_its_place_or_where_it_has_moved() {
        let edit = || vec![text(1, "The modem ship", "The modern ship")];
        assert_eq!(applied(&["The modem ship", "x"], edit()), (vec!["The modern ship".into(), "x".into()], vec![]));
        assert_eq!(applied(&["x", "The modem ship"], edit()), (vec!["x".into(), "The modern ship".into()], vec![]));
        assert_eq!(applied(&["The modern ship"], edit()), (vec!["The modern ship".into()], vec![]), "already so");
    }

    #[test]
    fn a_text_that_has_changed_or_is_there_twice_elsewhere_is_a_conflict() {
        let edit = || vec![text(1, "The modem ship", "The modern ship")];
        let (texts, problems) = applied(&["The modem shop"], edit());
        assert_eq!(
            (texts, problems),
            (vec!["The modem shop".into()], vec!["paragraph 1/1 now reads \"The modem shop\"".into()])
        );
        let (texts, problems) = applied(&["x", "The modem ship", "The modem ship"], edit());
        assert_eq!((texts.concat().contains("modern"), problems.len()), (false, 1));
        assert_eq!(applied(&[], edit()).1, ["paragraph 1/1 is missing from the page"]);
    }

    #[test]
    fn edits_of_edits_hold_wherever_the_machine_ends_up() {
        let chain = || vec![text(1, "A", "B"), text(1, "B", "C")];
        for machine in ["A", "B", "C"] {
            assert_eq!(applied(&[machine], chain()), (vec!["C".into()], vec![]), "{machine}");
        }
        assert_eq!(applied(&["D"], chain()).1.len(), 2);
        let mut blocks = blocks(&["A"]);
        apply_edits(&stored(chain()), &mut blocks, None);
        assert_eq!(blocks[0].paragraphs[0].text_before_edit.as_deref(), Some("A"));
    }

    #[test]
    fn a_text_that_was_edited_back_is_as_it_was() {
        let mut blocks = blocks(&["A"]);
        apply_edits(&stored(vec![text(1, "A", "B"), text(1, "B", "A")]), &mut blocks, None);
        assert_eq!((blocks[0].paragraphs[0].text.as_str(), &blocks[0].paragraphs[0].text_before_edit), ("A", &None));
    }

    #[test]
    fn a_label_stays_with_its_block() {
        let note = "* See Irving, Columbus";
        let labelled = |texts: &[&str]| {
            let mut blocks = blocks(texts);
            let outcomes = apply_edits(&stored(vec![label(2, note, Classification::Footnote)]), &mut blocks, None);
            let labels: Vec<Classification> = blocks.iter().map(|block| block.classification).collect();
            (labels.iter().position(|label| *label == Classification::Footnote), outcomes[0].problem.clone())
        };
        assert_eq!(labelled(&["x", note]), (Some(1), None));
        assert_eq!(
            labelled(&["x", "* See Irving, Columbns"]),
            (Some(1), None),
            "the block is the same after a correction"
        );
        assert_eq!(labelled(&[note, "x", "y"]), (Some(0), None), "moved");
        assert_eq!(
            labelled(&["x", "quite another text"]),
            (None, Some("block 2 now reads \"quite another text\"".into()))
        );
        assert_eq!(labelled(&["x"]), (None, Some("block 2 is missing from the page".into())));
    }

    #[test]
    fn a_label_is_found_by_the_text_without_edits() {
        let mut blocks = blocks(&["34"]);
        let edits = stored(vec![text(1, "34", "84"), label(1, "34", Classification::PageNumber)]);
        let outcomes = apply_edits(&edits, &mut blocks, None);
        assert!(outcomes.iter().all(|outcome| !outcome.is_conflict()), "{outcomes:?}");
        assert_eq!(
            (blocks[0].classification, blocks[0].label_before_edit),
            (Classification::PageNumber, Some(Classification::Body))
        );
        assert_eq!(blocks[0].text_before_edits(), "34");
    }

    #[test]
    fn the_last_page_number_counts() {
        let number = |after: Option<&str>| EditChange::PageNumber { before: None, after: after.map(ToOwned::to_owned) };
        assert_eq!(edited_page_number(&stored(vec![text(1, "A", "B")])), None);
        assert_eq!(edited_page_number(&stored(vec![number(Some("ix")), number(None)])), Some(None));
    }
}
