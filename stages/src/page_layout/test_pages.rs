//! Pages for tests: text lines at given positions, with letters half as wide as high.

use shelf_pages::{Bbox, Block, Line, OcrPage, PageDimensions, Paragraph, Word};

/// A line with its top left corner at `(x, y)` and a type height of `height` px.
pub(crate) fn line((x, y): (u32, u32), height: u32, text: &str) -> Line {
    let letter = height / 2;
    let mut at = x;
    let words: Vec<Word> = text
        .split(' ')
        .map(|word| {
            let width = letter * word.chars().count() as u32;
            let bbox = Bbox { x: at, y, width, height };
            at += width + letter;
            Word::new(word.to_owned(), bbox, 0.95)
        })
        .collect();
    Line { bbox: Bbox::bounding(words.iter().map(|word| word.bbox)).expect("a line has a word"), words }
}

/// A line centred on a page `width` px wide.
pub(crate) fn centred(width: u32, y: u32, height: u32, text: &str) -> Line {
    let own = line((0, y), height, text).bbox.width;
    line(((width - own) / 2, y), height, text)
}

/// A block of one paragraph.
pub(crate) fn block(block_num: u32, lines: &[Line]) -> Block {
    let bbox = Bbox::bounding(lines.iter().map(|line| line.bbox)).expect("a block has a line");
    let paragraph = Paragraph {
        par_num: 1,
        bbox,
        text: lines.iter().map(Line::text).collect::<Vec<_>>().join("\n"),
        avg_confidence: 0.95,
        lines: lines.to_vec(),
    };
    Block { block_num, bbox, paragraphs: vec![paragraph] }
}

/// A page of blocks, 1000 × 1600 px.
pub(crate) fn page(page_number: u32, blocks: Vec<Block>) -> OcrPage {
    OcrPage {
        page_number,
        orientation: None,
        expected_cer: None,
        page_dimensions: PageDimensions { width: 1000, height: 1600 },
        ocr_timestamp: shelf::stage::Timestamp::default(),
        text_source: None,
        blocks,
        images: Vec::new(),
    }
}

/// A block of `rows` lines of prose, 20 px high and 30 px apart, from x = 100 to 900.
pub(crate) fn prose(block_num: u32, y: u32, rows: u32) -> Block {
    let text = "some words that stand for a line of prose as wide as the column it is in, all";
    let lines: Vec<Line> = (0..rows).map(|row| line((100, y + 30 * row), 20, text)).collect();
    block(block_num, &lines)
}
