use shelf_pages::{Bbox, Block, Line, Paragraph, Word};

use super::tsv::RecognisedWord;
use crate::rounding::round_to_4_decimals;

/// Groups words, given in reading order, into lines, paragraphs and blocks, numbered from 1. Each box is the union of the boxes
/// inside it.
pub(super) fn build_blocks(words: &[RecognisedWord]) -> Vec<Block> {
    words
        .chunk_by(|a, b| a.position.block == b.position.block)
        .zip(1..)
        .map(|(words, block_num)| {
            let paragraphs: Vec<Paragraph> = words
                .chunk_by(|a, b| a.position.paragraph == b.position.paragraph)
                .zip(1..)
                .map(|(words, par_num)| build_paragraph(words, par_num))
                .collect();
            let bbox = bounding(paragraphs.iter().map(|paragraph| paragraph.bbox));
            Block { block_num, bbox, paragraphs }
        })
        .collect()
}

/// The blocks with the box of every word moved, and the boxes around them.
pub(super) fn move_words(mut blocks: Vec<Block>, moved: impl Fn(Bbox) -> Bbox) -> Vec<Block> {
    for block in &mut blocks {
        for paragraph in &mut block.paragraphs {
            for line in &mut paragraph.lines {
                line.words.iter_mut().for_each(|word| word.bbox = moved(word.bbox));
                line.bbox = bounding(line.words.iter().map(|word| word.bbox));
            }
            paragraph.bbox = bounding(paragraph.lines.iter().map(|line| line.bbox));
        }
        block.bbox = bounding(block.paragraphs.iter().map(|paragraph| paragraph.bbox));
    }
    blocks
}

/// The blocks after words were changed or removed: without what is empty, numbered from 1, with texts, confidences and boxes that fit.
pub(super) fn refit(blocks: Vec<Block>) -> Vec<Block> {
    let fit_paragraph = |(mut paragraph, par_num): (Paragraph, u32)| {
        paragraph.lines.retain(|line| !line.words.is_empty());
        let words = || paragraph.lines.iter().flat_map(|line| &line.words);
        let (count, sum) = (words().count(), words().map(|word| word.confidence).sum::<f64>());
        let text = paragraph.lines.iter().map(Line::text).collect::<Vec<_>>().join("\n");
        (count > 0).then(|| Paragraph {
            par_num,
            text,
            avg_confidence: round_to_4_decimals(sum / count as f64),
            ..paragraph
        })
    };
    let fit_block = |block: Block| {
        let paragraphs: Vec<Paragraph> = block.paragraphs.into_iter().zip(1..).filter_map(fit_paragraph).collect();
        (!paragraphs.is_empty()).then_some(Block { paragraphs, ..block })
    };
    let blocks: Vec<Block> = blocks
        .into_iter()
        .filter_map(fit_block)
        .zip(1..)
        .map(|(block, block_num)| Block { block_num, ..block })
        .collect();
    move_words(blocks, |bbox| bbox)
}

/// Inserts blocks before the first one that is below them, and numbers all of them anew.
pub(super) fn insert_by_height(mut blocks: Vec<Block>, more: Vec<Block>) -> Vec<Block> {
    if more.is_empty() {
        return blocks;
    }
    for block in more {
        let at = blocks.iter().position(|other| other.bbox.y >= block.bbox.bottom()).unwrap_or(blocks.len());
        blocks.insert(at, block);
    }
    blocks.into_iter().zip(1..).map(|(block, block_num)| Block { block_num, ..block }).collect()
}

fn build_paragraph(words: &[RecognisedWord], par_num: u32) -> Paragraph {
    let mean = words.iter().map(|word| word.confidence).sum::<f64>() / words.len() as f64;
    let lines: Vec<Line> = words.chunk_by(|a, b| a.position.line == b.position.line).map(build_line).collect();
    let text = lines.iter().map(Line::text).collect::<Vec<_>>().join("\n");
    let bbox = bounding(lines.iter().map(|line| line.bbox));
    Paragraph { par_num, bbox, text, avg_confidence: round_to_4_decimals(mean), lines }
}

fn build_line(words: &[RecognisedWord]) -> Line {
    let words: Vec<Word> = words
        .iter()
        .map(|word| Word {
            alternatives: word.alternatives.clone(),
            ..Word::new(word.text.clone(), word.bbox, round_to_4_decimals(word.confidence))
        })
        .collect();
    Line { bbox: bounding(words.iter().map(|word| word.bbox)), words }
}

fn bounding(boxes: impl Iterator<Item = Bbox>) -> Bbox {
    Bbox::bounding(boxes).expect("chunks are never empty")
}

#[cfg(test)]
mod tests {
    use super::super::tsv::LayoutPosition;
    use super::*;

    fn word(position: (u32, u32, u32), x: u32, text: &str, confidence: f64) -> RecognisedWord {
        let (block, paragraph, line) = position;
        let bbox = Bbox { x, y: line * 50, width: 40, height: 30 };
        RecognisedWord {
            position: LayoutPosition { block, paragraph, line },
            bbox,
            confidence,
            text: text.to_owned(),
            alternatives: Vec::new(),
        }
    }

    #[test]
    fn words_are_grouped_by_layout_position() {
        let blocks = build_blocks(&[
            word((2, 1, 1), 0, "a", 1.0),
            word((2, 1, 1), 60, "cam-", 0.5),
            word((2, 1, 2), 0, "paign", 0.6),
            word((2, 2, 1), 0, "Next.", 0.9),
            word((5, 1, 1), 0, "9", 0.8),
        ]);
        assert_eq!(blocks.iter().map(|block| block.block_num).collect::<Vec<_>>(), [1, 2]);
        let first = &blocks[0].paragraphs[0];
        assert_eq!(first.text, "a cam-\npaign");
        assert!((first.avg_confidence - 0.7).abs() < 1e-9);
        assert_eq!(first.lines.len(), 2);
        assert_eq!(first.bbox, Bbox { x: 0, y: 50, width: 100, height: 80 });
        assert_eq!(blocks[0].paragraphs[1].par_num, 2);
        assert_eq!(blocks[1].paragraphs[0].text, "9");
    }

    #[test]
    fn page_without_words_has_no_blocks() {
        assert_eq!(build_blocks(&[]), []);
    }
}
