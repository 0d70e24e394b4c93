use super::tsv::FoundWord;
use super::{Block, Line, Paragraph, Word};
use crate::bbox::Bbox;

/// Puts words, in reading order, together to lines, paragraphs and blocks, numbered from 1. A box is the smallest around what
/// is in it.
pub(super) fn blocks_of(words: &[FoundWord]) -> Vec<Block> {
    words
        .chunk_by(|a, b| a.place.block == b.place.block)
        .zip(1..)
        .map(|(words, block_num)| {
            let paragraphs: Vec<Paragraph> = words
                .chunk_by(|a, b| a.place.paragraph == b.place.paragraph)
                .zip(1..)
                .map(|(words, par_num)| paragraph_of(words, par_num))
                .collect();
            let bbox = around(paragraphs.iter().map(|paragraph| paragraph.bbox));
            Block { block_num, bbox, paragraphs }
        })
        .collect()
}

fn paragraph_of(words: &[FoundWord], par_num: u32) -> Paragraph {
    let mean = words.iter().map(|word| word.confidence).sum::<f64>() / words.len() as f64;
    let lines: Vec<Line> = words.chunk_by(|a, b| a.place.line == b.place.line).map(line_of).collect();
    let text = lines.iter().map(text_of_line).collect::<Vec<_>>().join("\n");
    let bbox = around(lines.iter().map(|line| line.bbox));
    Paragraph { par_num, bbox, text, avg_confidence: in_ten_thousandths(mean), lines }
}

fn line_of(words: &[FoundWord]) -> Line {
    let words: Vec<Word> = words
        .iter()
        .map(|word| Word { text: word.text.clone(), bbox: word.bbox, confidence: in_ten_thousandths(word.confidence) })
        .collect();
    Line { bbox: around(words.iter().map(|word| word.bbox)), words }
}

fn text_of_line(line: &Line) -> String {
    line.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn around(boxes: impl Iterator<Item = Bbox>) -> Bbox {
    Bbox::around(boxes).expect("chunks are never empty")
}

/// A ratio without decimals that mean nothing.
pub(crate) fn in_ten_thousandths(ratio: f64) -> f64 {
    (ratio * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::super::tsv::Place;
    use super::*;

    fn word(place: (u32, u32, u32), x: u32, text: &str, confidence: f64) -> FoundWord {
        let (block, paragraph, line) = place;
        let bbox = Bbox { x, y: line * 50, width: 40, height: 30 };
        FoundWord { place: Place { block, paragraph, line }, bbox, confidence, text: text.to_owned() }
    }

    #[test]
    fn words_are_put_together_by_their_places() {
        let blocks = blocks_of(&[
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
    fn no_words_are_no_blocks() {
        assert_eq!(blocks_of(&[]), []);
    }
}
