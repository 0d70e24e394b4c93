use crate::bbox::Bbox;
use crate::ocr::{Block, Line, OcrPage, Paragraph};

/// What stands at one height of a page, from the left to the right, over columns and blocks: a running head and its folio are one
/// row even where the recogniser found two blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where it lies.
    pub bbox: Bbox,
    /// Its words, from left to right.
    pub words: Vec<RowWord>,
}

/// A word of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowWord {
    /// The word as read.
    pub text: String,
    /// Where it lies.
    pub bbox: Bbox,
    /// How sure the reading is, 0..=1.
    pub confidence: f64,
    /// The block of `ocr` that it is in.
    pub block_num: u32,
}

impl Row {
    /// Its words with a space between them.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Height of its type: the median height of its words, px.
    #[must_use]
    pub fn type_height(&self) -> f64 {
        median(self.words.iter().map(|word| f64::from(word.bbox.height))).unwrap_or_default()
    }

    /// Whether a word of `block_num` stands in it.
    #[must_use]
    pub fn is_in(&self, block_num: u32) -> bool {
        self.words.iter().any(|word| word.block_num == block_num)
    }
}

/// All rows of a page, top to bottom.
#[must_use]
pub fn rows_of(page: &OcrPage) -> Vec<Row> {
    rows_of_blocks(&page.blocks)
}

/// The rows of some blocks of a page, top to bottom.
pub fn rows_of_blocks<'b>(blocks: impl IntoIterator<Item = &'b Block>) -> Vec<Row> {
    let mut lines: Vec<Row> = blocks.into_iter().flat_map(lines_of_block).collect();
    lines.sort_by_key(|line| (line.bbox.y + line.bbox.height / 2, line.bbox.x));
    let mut rows: Vec<Vec<Row>> = Vec::new();
    for line in lines {
        match rows.last_mut() {
            Some(row) if at_one_height(&row[0].bbox, &line.bbox) => row.push(line),
            _ => rows.push(vec![line]),
        }
    }
    rows.into_iter().map(joined).collect()
}

/// Whether two lines share at least half of the lower one's height.
fn at_one_height(a: &Bbox, b: &Bbox) -> bool {
    let common = a.bottom().min(b.bottom()).saturating_sub(a.y.max(b.y));
    2 * common >= a.height.min(b.height).max(1)
}

fn joined(lines: Vec<Row>) -> Row {
    let bbox = Bbox::around(lines.iter().map(|line| line.bbox)).expect("a row has a line");
    let mut words: Vec<RowWord> = lines.into_iter().flat_map(|line| line.words).collect();
    words.sort_by_key(|word| word.bbox.x);
    Row { bbox, words }
}

fn lines_of_block(block: &Block) -> impl Iterator<Item = Row> {
    block.paragraphs.iter().flat_map(|paragraph| lines_of_paragraph(block.block_num, paragraph))
}

/// A paragraph of the original tool has text and no lines: these are as high as each other, and their words as wide as their letters.
fn lines_of_paragraph(block_num: u32, paragraph: &Paragraph) -> Vec<Row> {
    if !paragraph.lines.is_empty() {
        return paragraph.lines.iter().map(|line| line_as_read(block_num, line)).collect();
    }
    let texts: Vec<&str> = paragraph.text.lines().filter(|text| !text.trim().is_empty()).collect();
    let height = paragraph.bbox.height / (texts.len() as u32).max(1);
    let line = |(text, at): (&&str, u32)| {
        let bbox = Bbox { y: paragraph.bbox.y + at * height, height, ..paragraph.bbox };
        Row { bbox, words: evenly_spaced(text, bbox, paragraph.avg_confidence, block_num) }
    };
    texts.iter().zip(0..).map(line).collect()
}

fn line_as_read(block_num: u32, line: &Line) -> Row {
    let word = |word: &crate::ocr::Word| RowWord {
        text: word.text.clone(),
        bbox: word.bbox,
        confidence: word.confidence,
        block_num,
    };
    Row { bbox: line.bbox, words: line.words.iter().map(word).collect() }
}

fn evenly_spaced(text: &str, line: Bbox, confidence: f64, block_num: u32) -> Vec<RowWord> {
    let letter_px = f64::from(line.width) / (text.chars().count().max(1)) as f64;
    let mut at = 0;
    let mut words = Vec::new();
    for word in text.split(' ') {
        let letters = word.chars().count();
        if letters > 0 {
            let x = line.x + (f64::from(at) * letter_px) as u32;
            let bbox = Bbox { x, width: (letters as f64 * letter_px) as u32, ..line };
            words.push(RowWord { text: word.to_owned(), bbox, confidence, block_num });
        }
        at += letters as u32 + 1;
    }
    words
}

/// The middle value; of an even number the upper one. None where there is none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::drawn::{block, line};

    #[test]
    fn a_head_and_a_folio_in_two_blocks_are_one_row() {
        let rows = rows_of_blocks(&[
            block(1, &[line((657, 90), 37, "AIAX.")]),
            block(2, &[line((1247, 105), 43, "69")]),
            block(3, &[line((237, 183), 53, "Two words")]),
        ]);
        let texts: Vec<String> = rows.iter().map(Row::text).collect();
        assert_eq!(texts, ["AIAX. 69", "Two words"]);
        assert!(rows[0].is_in(1) && rows[0].is_in(2) && !rows[0].is_in(3));
        assert_eq!(rows[0].bbox.y, 90);
        assert_eq!(rows[0].bbox.bottom(), 148);
    }

    #[test]
    fn a_paragraph_without_lines_is_cut_into_its_lines_and_words() {
        let mut without = block(1, &[line((100, 200), 80, "CHAPTER I.")]);
        without.paragraphs[0].lines.clear();
        without.paragraphs[0].text = "CHAPTER I.\n9".to_owned();
        without.paragraphs[0].bbox = Bbox { x: 100, y: 200, width: 200, height: 80 };
        let rows = rows_of_blocks(&[without]);
        assert_eq!(rows.iter().map(Row::text).collect::<Vec<_>>(), ["CHAPTER I.", "9"]);
        assert_eq!((rows[1].bbox.y, rows[1].bbox.height), (240, 40));
        assert_eq!((rows[0].words[1].bbox.x, rows[0].words[1].bbox.width), (260, 40));
    }

    #[test]
    fn the_middle_value() {
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([]), None);
    }
}
