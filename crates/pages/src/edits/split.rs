//! Splitting a paragraph in two.

use super::find::{Numbers, Position, in_place, now, only, positions, with_words};
use super::words::{corresponding_place, divided, place_between, same_words, words};
use crate::{Bbox, Line, LineRange, MergedBlock, MergedParagraph, OcrPage, ParagraphOrigin, ParagraphStart};

/// So many words on either side of a place are looked for when the rest of the text has changed.
const WORDS_AROUND: usize = 4;

/// Splits a paragraph between two texts, or says what is there instead. The second part gets a new number in the block.
pub(super) fn split(
    blocks: &mut [MergedBlock],
    numbers: Numbers,
    before: &str,
    after: &str,
    ocr: Option<&OcrPage>,
) -> Result<(), String> {
    let whole = format!("{before}\n{after}");
    let found = with_words(blocks, numbers, &whole).map(|at| (at, words(before).len()));
    let found = found.or_else(|| {
        let at @ (block, paragraph) = in_place(blocks, numbers)?;
        Some((at, place_by_words_around(&blocks[block].paragraphs[paragraph].text, before, after)?))
    });
    let is_inside = |((b, p), word): &(Position, usize)| *word < words(&blocks[*b].paragraphs[*p].text).len();
    match found.filter(is_inside) {
        Some(((block, paragraph), 0)) => blocks[block].paragraphs[paragraph].start = Some(ParagraphStart::New),
        Some(((block, paragraph), word)) => divide(&mut blocks[block], paragraph, word, ocr),
        None => {
            let (block, paragraph) = already_split(blocks, before, after).ok_or_else(|| now(blocks, numbers))?;
            blocks[block].paragraphs[paragraph].start = Some(ParagraphStart::New);
        }
    }
    Ok(())
}

/// The number of words before the place in a text that has changed elsewhere.
fn place_by_words_around(text: &str, before: &str, after: &str) -> Option<usize> {
    let (text, before, after) = (words(text), words(before), words(after));
    let after = &after[..after.len().min(WORDS_AROUND)];
    if before.is_empty() {
        return text.starts_with(after).then_some(0);
    }
    let before = &before[before.len().saturating_sub(WORDS_AROUND)..];
    place_between(&text, before, after).ok()
}

/// The second of two paragraphs that have the texts of the parts.
fn already_split(blocks: &[MergedBlock], before: &str, after: &str) -> Option<Position> {
    let all = positions(blocks, |_, _| true);
    let text = |(b, p): Position| blocks[b].paragraphs[p].text.as_str();
    let second = only(blocks, |_, found| same_words(&found.text, after))?;
    let at = all.iter().position(|found| *found == second)?;
    let first = all[at.checked_sub(1)?];
    same_words(text(first), before).then_some(second)
}

/// Divides a paragraph of a block before one of its words.
fn divide(block: &mut MergedBlock, at: usize, word: usize, ocr: Option<&OcrPage>) {
    let whole = block.paragraphs[at].clone();
    let origin = block.origin_of(&whole);
    let texts = divided(&whole.text, word);
    let machine = whole.text_before_edit.as_deref();
    let machine = machine.map(|text| divided(text, corresponding_place(&words(text), texts.0, texts.1)));
    let lines = ocr.map(|ocr| origin.lines_in(ocr)).unwrap_or_default();
    let (first, second) = divided_words(&lines, texts);
    let par_num = block.paragraphs.iter().map(|paragraph| paragraph.par_num).max().unwrap_or_default() + 1;
    let part = |par_num, start, text: &str, machine: Option<&str>, read: &[ReadWord]| MergedParagraph {
        par_num,
        origin: Some(ParagraphOrigin { lines: line_range(read).or(origin.lines), ..origin }),
        start,
        text: text.to_owned(),
        text_before_edit: machine.filter(|machine| *machine != text).map(ToOwned::to_owned),
        bbox: Bbox::bounding(read.iter().map(|word| word.bbox)).unwrap_or(whole.bbox),
        original_confidence: confidence(read).unwrap_or(whole.original_confidence),
        ..whole.clone()
    };
    let second = part(par_num, Some(ParagraphStart::New), texts.1, machine.map(|(_, second)| second), &second);
    block.paragraphs[at] = part(whole.par_num, whole.start, texts.0, machine.map(|(first, _)| first), &first);
    block.paragraphs.insert(at + 1, second);
}

/// A word of `ocr` with the number of its line in the block.
#[derive(Clone, Copy)]
struct ReadWord {
    line: u32,
    bbox: Bbox,
    confidence: f64,
}

/// The words of the lines that the parts of a text were made from.
fn divided_words(lines: &[(u32, &Line)], (before, after): (&str, &str)) -> (Vec<ReadWord>, Vec<ReadWord>) {
    let read = || lines.iter().flat_map(|(line, of)| of.words.iter().map(move |word| (*line, word)));
    let texts: Vec<&str> = read().map(|(_, word)| word.text.as_str()).collect();
    let word = |(line, word): (u32, &crate::Word)| ReadWord { line, bbox: word.bbox, confidence: word.confidence };
    let mut first: Vec<ReadWord> = read().map(word).collect();
    let second = first.split_off(corresponding_place(&texts, before, after));
    (first, second)
}

fn line_range(read: &[ReadWord]) -> Option<LineRange> {
    let (first, last) = (read.first()?.line, read.last()?.line);
    Some(LineRange { first, count: last - first + 1 })
}

fn confidence(read: &[ReadWord]) -> Option<f64> {
    let sum: f64 = read.iter().map(|word| word.confidence).sum();
    (!read.is_empty()).then(|| sum / read.len() as f64)
}

#[cfg(test)]
mod tests {
    use shelf_runtime::stage::Paragraphs as _;

    use super::super::test_blocks::{blocks, numbered};
    use super::*;
    use crate::testing::TestPage;

    #[test]
    fn the_parts_have_their_lines_boxes_and_numbers() {
        let page = TestPage::new("It was so. The\nship sailed.\n\nx");
        let (ocr, mut merged) = (page.ocr(), page.merged());
        split(&mut merged.blocks, (1, 1), "It was so.", "The\nship sailed.", Some(&ocr)).unwrap();
        assert_eq!(numbered(&merged.blocks), [(1, 1, "It was so."), (1, 2, "The\nship sailed."), (2, 1, "x")]);
        let [first, second] = merged.blocks[0].paragraphs.as_slice() else { panic!() };
        let lines = |part: &MergedParagraph| part.origin.unwrap().lines.map(|lines| (lines.first, lines.count));
        assert_eq!((lines(first), lines(second)), (Some((0, 1)), Some((0, 2))));
        assert_eq!((first.start, second.start), (None, Some(ParagraphStart::New)));
        assert_eq!((first.bbox.width, first.bbox.height, second.bbox.height), (100, 20, 50));
        assert_eq!(merged.paragraphs(), ocr.paragraphs(), "nothing is lost or doubled");
        split(&mut merged.blocks, (1, 2), "The", "ship sailed.", Some(&ocr)).unwrap();
        assert_eq!(numbered(&merged.blocks)[1..3], [(1, 2, "The"), (1, 3, "ship sailed.")]);
        assert_eq!(lines(&merged.blocks[0].paragraphs[2]), Some((1, 1)));
        assert_eq!(merged.paragraphs(), ocr.paragraphs());
    }

    #[test]
    fn the_text_before_edits_is_split_too() {
        let mut blocks = blocks(&["It was so. The ship"]);
        blocks[0].paragraphs[0].text_before_edit = Some("lt wns so. Tbe ship".to_owned());
        split(&mut blocks, (1, 1), "It was so.", "The ship", None).unwrap();
        let machine: Vec<&str> = blocks[0].paragraphs.iter().map(MergedParagraph::text_before_edits).collect();
        assert_eq!(machine, ["lt wns so.", "Tbe ship"]);
    }

    fn parts(text: &str) -> Result<Vec<String>, String> {
        let mut blocks = blocks(&[text, "y"]);
        split(&mut blocks, (1, 1), "a b c d e.", "F g h i j", None)?;
        Ok(blocks[0].paragraphs.iter().map(|part| part.text.clone()).collect())
    }

    #[test]
    fn it_is_found_by_the_words_around_it() {
        assert_eq!(parts("X b c d e. F g h i k l"), Ok(vec!["X b c d e.".into(), "F g h i k l".into()]));
        assert_eq!(parts("a b c d. F g h i j"), Err("paragraph 1/1 now reads \"a b c d. F g h i j\"".into()));
        let mut moved = blocks(&["y", "a b. C d"]);
        assert_eq!(split(&mut moved, (1, 1), "a b.", "C d", None), Ok(()));
        assert_eq!(moved[1].paragraphs.len(), 2);
    }

    #[test]
    fn what_is_split_already_stays_and_begins_a_paragraph() {
        let mut blocks = blocks(&["a b.", "C d"]);
        assert_eq!(split(&mut blocks, (1, 1), "a b.", "C d", None), Ok(()));
        assert_eq!((blocks.len(), blocks[1].paragraphs[0].start), (2, Some(ParagraphStart::New)));
        assert_eq!(split(&mut blocks, (1, 1), "", "a b.", None), Ok(()));
        assert_eq!(blocks[0].paragraphs[0].start, Some(ParagraphStart::New));
        assert!(split(&mut blocks, (1, 1), "", "b", None).is_err());
        assert!(split(&mut blocks, (1, 1), "a b.", "", None).is_err(), "both parts have a text");
    }
}
