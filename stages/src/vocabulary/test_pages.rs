//! Pages and paragraphs for tests, as `ocr` makes them.

use shelf::stage::Timestamp;

use crate::ocr::{Block, Line, OcrPage, PageDimensions, Paragraph, Word};
use shelf_pages::Bbox;

const SOMEWHERE: Bbox = Bbox { x: 0, y: 0, width: 9, height: 9 };

/// A paragraph of these lines, all of whose words were read with one confidence.
pub(crate) fn paragraph(text: &str, confidence: f64) -> Paragraph {
    let word = |text: &str| Word::new(text.to_owned(), SOMEWHERE, confidence);
    let line = |line: &str| Line { bbox: SOMEWHERE, words: line.split_whitespace().map(word).collect() };
    Paragraph {
        par_num: 1,
        bbox: SOMEWHERE,
        text: text.to_owned(),
        avg_confidence: confidence,
        lines: text.lines().map(line).collect(),
    }
}

/// A page of these paragraphs, each in a block of its own.
pub(crate) fn page(number: u32, paragraphs: &[(&str, f64)]) -> OcrPage {
    let block = |(block_num, (text, confidence)): (u32, &(&str, f64))| Block {
        block_num,
        bbox: SOMEWHERE,
        paragraphs: vec![paragraph(text, *confidence)],
    };
    OcrPage {
        page_number: number,
        orientation: None,
        expected_cer: None,
        page_dimensions: PageDimensions { width: 100, height: 100 },
        ocr_timestamp: Timestamp::default(),
        text_source: None,
        blocks: (1..).zip(paragraphs).map(block).collect(),
        images: Vec::new(),
    }
}
