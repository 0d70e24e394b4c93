use std::collections::BTreeMap;

use shelf::prelude::*;
use shelf_pages::{Bbox, LineRange};

use super::{BlockOrigin, MergedBlock, MergedParagraph};
use crate::corrected::{CorrectedPage, CorrectedParagraph};
use crate::labels::{Classification, LabelledLines, LabelsPage};
use crate::ocr::{Block, Line, OcrPage, Paragraph};

/// The blocks of a page with their final texts and labels; what was not corrected has the text of `ocr`, and what has no label is `OTHER`. A block whose
/// lines have different labels is split; the new blocks have numbers above those of `ocr`.
pub(super) fn merge(ocr: &OcrPage, corrected: Option<&CorrectedPage>, labels: Option<&LabelsPage>) -> Vec<MergedBlock> {
    let of_blocks: BTreeMap<u32, (Classification, f64)> = labels
        .iter()
        .flat_map(|page| &page.blocks)
        .map(|label| (label.block_num, (label.classification, label.classification_confidence)))
        .collect();
    let mut next_num = ocr.blocks.iter().map(|block| block.block_num).max().unwrap_or_default() + 1;
    let mut merged = Vec::new();
    for block in &ocr.blocks {
        let own = of_blocks.get(&block.block_num).copied().unwrap_or((Classification::Other, 0.0));
        let parts = parts_of_block(block, own, labels.map_or(&[][..], |page| &page.lines));
        let is_split = parts.len() > 1;
        let mut own_num = Some(block.block_num);
        for (lines, (classification, classification_confidence)) in parts {
            let paragraphs = paragraphs(block, corrected, lines);
            let rest = (classification, classification_confidence) == own;
            let block_num = own_num.filter(|_| rest || !is_split).unwrap_or(next_num);
            if block_num == next_num {
                next_num += 1;
            } else {
                own_num = None;
            }
            merged.push(MergedBlock {
                block_num,
                origin: is_split.then_some(BlockOrigin { block_num: block.block_num, lines }),
                classification,
                label_before_edit: None,
                classification_confidence,
                bbox: if is_split { bounding(&paragraphs).unwrap_or(block.bbox) } else { block.bbox },
                paragraphs,
            });
        }
    }
    merged
}

fn bounding(paragraphs: &[MergedParagraph]) -> Option<Bbox> {
    Bbox::bounding(paragraphs.iter().map(|paragraph| paragraph.bbox))
}

/// The lines of a block in parts of one label each, from top to bottom; labels of lines that the block does not have are ignored.
fn parts_of_block(
    block: &Block,
    own: (Classification, f64),
    lines: &[LabelledLines],
) -> Vec<(LineRange, (Classification, f64))> {
    let count = block.paragraphs.iter().map(|paragraph| paragraph.lines.len() as u32).sum();
    let whole = LineRange { first: 0, count };
    let has_lines = block.paragraphs.iter().all(|paragraph| !paragraph.lines.is_empty());
    let mut labelled: Vec<&LabelledLines> = lines
        .iter()
        .filter(|part| has_lines && part.block_num == block.block_num && part.lines.end() <= count)
        .collect();
    labelled.sort_by_key(|part| part.lines.first);
    let mut parts = Vec::new();
    let mut next = 0;
    for part in labelled.into_iter().filter(|part| part.lines.count > 0) {
        if part.lines.first < next {
            continue;
        }
        if part.lines.first > next {
            parts.push((LineRange { first: next, count: part.lines.first - next }, own));
        }
        parts.push((part.lines, (part.classification, part.classification_confidence)));
        next = part.lines.end();
    }
    if next < count {
        parts.push((LineRange { first: next, count: count - next }, own));
    }
    if parts.is_empty() { vec![(whole, own)] } else { parts }
}

/// The paragraphs of a block, as far as they are in these lines.
fn paragraphs(block: &Block, corrected: Option<&CorrectedPage>, lines: LineRange) -> Vec<MergedParagraph> {
    let mut first = 0;
    let mut paragraphs = Vec::new();
    for paragraph in &block.paragraphs {
        let own = LineRange { first, count: paragraph.lines.len() as u32 };
        first = own.end();
        let id = ParagraphId { block: block.block_num, paragraph: paragraph.par_num };
        let correction = corrected.and_then(|page| page.paragraph(id));
        if own.count == 0 {
            paragraphs.push(whole(paragraph, correction));
            continue;
        }
        match own.intersection(lines) {
            Some(common) if common == own => paragraphs.push(whole(paragraph, correction)),
            Some(common) => {
                let from = (common.first - own.first) as usize;
                paragraphs.push(part(paragraph, correction, from, common.count as usize));
            }
            None => {}
        }
    }
    paragraphs
}

fn whole(paragraph: &Paragraph, correction: Option<&CorrectedParagraph>) -> MergedParagraph {
    let correction = correction.and_then(|correction| Some((correction.text.clone()?, correction)));
    let (text, by) = correction.map_or((paragraph.text.clone(), None), |(text, by)| (text, Some(by)));
    MergedParagraph {
        par_num: paragraph.par_num,
        text,
        origin: None,
        start: None,
        text_before_edit: None,
        bbox: paragraph.bbox,
        original_confidence: paragraph.avg_confidence,
        correction_applied: by.is_some(),
        correction_confidence: by.map_or(1.0, |by| by.confidence),
        correction_notes: by.and_then(|by| by.notes.clone()),
    }
}

/// `count` lines of a paragraph, beginning with line `from`.
fn part(paragraph: &Paragraph, correction: Option<&CorrectedParagraph>, from: usize, count: usize) -> MergedParagraph {
    let lines = &paragraph.lines[from..from + count];
    let read = text_of(lines);
    let corrected = correction.and_then(|correction| {
        let text = cut(correction.text.as_deref()?, &paragraph.lines, from, count)?;
        (text != read).then_some((text, correction))
    });
    let words: Vec<f64> = lines.iter().flat_map(|line| &line.words).map(|word| word.confidence).collect();
    let (text, by) = corrected.map_or((read, None), |(text, by)| (text, Some(by)));
    MergedParagraph {
        par_num: paragraph.par_num,
        text,
        origin: None,
        start: None,
        text_before_edit: None,
        bbox: Bbox::bounding(lines.iter().map(|line| line.bbox)).unwrap_or(paragraph.bbox),
        original_confidence: words.iter().sum::<f64>() / words.len().max(1) as f64,
        correction_applied: by.is_some(),
        correction_confidence: by.map_or(1.0, |by| by.confidence),
        correction_notes: by.and_then(|by| by.notes.clone()),
    }
}

fn text_of(lines: &[Line]) -> String {
    lines.iter().map(Line::text).collect::<Vec<_>>().join("\n")
}

/// The part of a corrected text that corresponds to these lines of the paragraph; `None` if unknown. If the correction joined lines, the text is
/// cut where all words before it, or all words after it, were not corrected, as with a running head or page number.
fn cut(corrected: &str, lines: &[Line], from: usize, count: usize) -> Option<String> {
    let texts: Vec<&str> = corrected.lines().collect();
    if texts.len() == lines.len() {
        return Some(texts[from..from + count].join("\n"));
    }
    let (start, end) = (boundary(corrected, lines, from)?, boundary(corrected, lines, from + count)?);
    Some(corrected.get(start..end)?.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Where the text of line `at` begins in a corrected text, bytes.
fn boundary(corrected: &str, lines: &[Line], at: usize) -> Option<usize> {
    let (before, behind) = (words_of(&lines[..at]), words_of(&lines[at..]));
    let found: Vec<&str> = corrected.split_whitespace().collect();
    let starts: Vec<usize> = found.iter().map(|word| word.as_ptr() as usize - corrected.as_ptr() as usize).collect();
    let cut = if found.starts_with(&before) {
        before.len()
    } else if found.ends_with(&behind) {
        found.len() - behind.len()
    } else {
        return None;
    };
    Some(starts.get(cut).copied().unwrap_or(corrected.len()))
}

fn words_of(lines: &[Line]) -> Vec<&str> {
    lines.iter().flat_map(|line| &line.words).map(|word| word.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shelf::stage::Paragraphs as _;
    use shelf::testing::TestPage;
    use shelf_pages::MergedPage;

    use super::*;

    const TEXT: [&str; 4] = ["OF FLORIDA", "The long cam-", "paign began in", "34"];

    fn page() -> TestPage {
        TestPage::new(&TEXT.join("\n"))
    }

    /// A page whose lines from `first` on, `count` of them, are a page number.
    fn labelled(parts: &[(u32, u32)]) -> LabelsPage {
        let lines = parts.iter().map(|(first, count)| LabelledLines {
            block_num: 1,
            lines: LineRange { first: *first, count: *count },
            classification: Classification::PageNumber,
            classification_confidence: 0.9,
        });
        LabelsPage { lines: lines.collect(), ..page().labels() }
    }

    fn corrected(text: &str) -> CorrectedPage {
        page().correct(1, text).corrected()
    }

    fn ocr() -> OcrPage {
        page().ocr()
    }

    fn texts(blocks: &[MergedBlock]) -> Vec<(u32, &str)> {
        blocks.iter().map(|block| (block.block_num, block.paragraphs[0].text.as_str())).collect()
    }

    #[test]
    fn lines_with_a_label_become_blocks_with_their_origin() {
        let blocks = merge(&ocr(), None, Some(&labelled(&[(0, 1), (3, 1)])));
        assert_eq!(texts(&blocks), [(2, TEXT[0]), (1, "The long cam-\npaign began in"), (3, "34")]);
        assert_eq!(blocks[2].origin, Some(BlockOrigin { block_num: 1, lines: LineRange { first: 3, count: 1 } }));
        assert_eq!(blocks[2].bbox.y, 190);
        assert_eq!(
            (blocks[1].classification, blocks[2].classification),
            (Classification::Body, Classification::PageNumber)
        );
    }

    #[test]
    fn corrected_text_is_cut_at_the_same_lines() {
        let labels = labelled(&[(0, 1), (3, 1)]);
        let blocks = merge(&ocr(), Some(&corrected("OF FLORIDA\nThe long campaign\nbegan in\n34")), Some(&labels));
        assert_eq!(texts(&blocks), [(2, TEXT[0]), (1, "The long campaign\nbegan in"), (3, "34")]);
        let applied: Vec<bool> = blocks.iter().map(|block| block.paragraphs[0].correction_applied).collect();
        assert_eq!(applied, [false, true, false]);
    }

    #[test]
    fn corrected_text_that_lost_its_lines_is_cut_at_words_that_were_not_corrected() {
        let joined = corrected("OF FLORIDA The long campaign began in 34");
        let blocks = merge(&ocr(), Some(&joined), Some(&labelled(&[(0, 1), (3, 1)])));
        assert_eq!(texts(&blocks), [(2, "OF FLORIDA"), (1, "The long campaign began in"), (3, "34")]);
    }

    #[test]
    fn a_text_that_cannot_be_cut_keeps_what_was_read() {
        let joined = corrected("OF FLORIDA The long campaign began in 84");
        let blocks = merge(&ocr(), Some(&joined), Some(&labelled(&[(3, 1)])));
        assert_eq!(texts(&blocks), [(1, "OF FLORIDA\nThe long cam-\npaign began in"), (2, "34")]);
    }

    proptest! {
        #[test]
        fn every_word_is_kept(parts in proptest::collection::vec((0u32..6, 0u32..4), 0..4)) {
            let blocks = merge(&ocr(), None, Some(&labelled(&parts)));
            let words: Vec<String> = blocks
                .iter()
                .flat_map(|block| &block.paragraphs)
                .flat_map(|paragraph| paragraph.text.split_whitespace().map(str::to_owned))
                .collect();
            let expected: Vec<&str> = TEXT.iter().flat_map(|text| text.split(' ')).collect();
            prop_assert_eq!(words, expected);
            let mut numbers: Vec<u32> = blocks.iter().map(|block| block.block_num).collect();
            numbers.sort_unstable();
            numbers.dedup();
            prop_assert_eq!(numbers.len(), blocks.len());
            let page = MergedPage { blocks, ..page().merged() };
            prop_assert_eq!(page.paragraphs(), ocr().paragraphs());
        }
    }
}
