use shelf::existing_text::{ScanText, TextWord};
use shelf_pages::{Bbox, Block, Line, Paragraph, TextSource, Word};

use crate::rounding::round_to_4_decimals;

/// The confidence of words whose file states none, 0..=1: they count as read well, and not as certain.
const ASSUMED_CONFIDENCE: f64 = 0.9;

/// The blocks of the text that came with a scan.
pub(super) fn blocks_of(text: &ScanText) -> Vec<Block> {
    let blocks = text.blocks.iter().zip(1..).map(|(block, block_num)| {
        let paragraphs: Vec<Paragraph> = block
            .paragraphs
            .iter()
            .zip(1..)
            .map(|(paragraph, par_num)| {
                let lines: Vec<Line> = paragraph.lines.iter().map(|line| line_of(&line.words)).collect();
                let words = || lines.iter().flat_map(|line| &line.words);
                let mean = words().map(|word| word.confidence).sum::<f64>() / words().count().max(1) as f64;
                Paragraph {
                    par_num,
                    bbox: bounding(lines.iter().map(|line| line.bbox)),
                    text: lines.iter().map(Line::text).collect::<Vec<_>>().join("\n"),
                    avg_confidence: round_to_4_decimals(mean),
                    lines,
                }
            })
            .collect();
        Block { block_num, bbox: bounding(paragraphs.iter().map(|paragraph| paragraph.bbox)), paragraphs }
    });
    blocks.collect()
}

/// Where the text of a page comes from.
pub(super) fn source_of(text: &ScanText) -> TextSource {
    TextSource {
        format: text.format.to_string(),
        file: text.file.clone(),
        states_confidence: text.words().all(|word| word.confidence.is_some()),
    }
}

fn line_of(words: &[TextWord]) -> Line {
    let words: Vec<Word> = words
        .iter()
        .map(|word| {
            let bbox = Bbox { x: word.bbox.x, y: word.bbox.y, width: word.bbox.width, height: word.bbox.height };
            Word::new(word.text.clone(), bbox, word.confidence.unwrap_or(ASSUMED_CONFIDENCE))
        })
        .collect();
    Line { bbox: bounding(words.iter().map(|word| word.bbox)), words }
}

fn bounding(boxes: impl Iterator<Item = Bbox>) -> Bbox {
    Bbox::bounding(boxes).unwrap_or(Bbox { x: 0, y: 0, width: 0, height: 0 })
}
