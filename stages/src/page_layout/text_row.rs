use shelf_pages::{Bbox, Block, Line, OcrPage, Paragraph, Word};

/// The words at one height of a page, left to right, across columns and blocks: a running head and its page number are one row even if
/// OCR found two blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct TextRow {
    /// Its bounding box.
    pub bbox: Bbox,
    /// Its words, from left to right.
    pub words: Vec<RowWord>,
}

/// A word of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowWord {
    /// The word as recognised.
    pub text: String,
    /// Its bounding box.
    pub bbox: Bbox,
    /// Confidence of the recognition, 0..=1.
    pub confidence: f64,
    /// The block of `ocr` that it is in.
    pub block_num: u32,
}

impl TextRow {
    /// Its words, separated by spaces.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Its type height: the median height of its words, px.
    #[must_use]
    pub fn type_height_px(&self) -> f64 {
        median(self.words.iter().map(|word| f64::from(word.bbox.height))).unwrap_or_default()
    }

    /// Whether it contains a word of the block `block_num`.
    #[must_use]
    pub fn contains_block(&self, block_num: u32) -> bool {
        self.words.iter().any(|word| word.block_num == block_num)
    }
}

/// All text rows of a page, top to bottom.
#[must_use]
pub fn text_rows(page: &OcrPage) -> Vec<TextRow> {
    text_rows_of_blocks(&page.blocks)
}

/// The text rows of some blocks of a page, top to bottom.
pub fn text_rows_of_blocks<'b>(blocks: impl IntoIterator<Item = &'b Block>) -> Vec<TextRow> {
    let mut lines: Vec<TextRow> = blocks.into_iter().flat_map(lines_of_block).collect();
    lines.sort_by_key(|line| (line.bbox.y + line.bbox.height / 2, line.bbox.x));
    let mut rows: Vec<Vec<TextRow>> = Vec::new();
    for line in lines {
        match rows.last_mut() {
            Some(row) if overlap_vertically(&row[0].bbox, &line.bbox) => row.push(line),
            _ => rows.push(vec![line]),
        }
    }
    rows.into_iter().map(join_lines).collect()
}

/// Whether two lines overlap vertically by at least half the height of the less high one.
fn overlap_vertically(a: &Bbox, b: &Bbox) -> bool {
    let common = a.bottom().min(b.bottom()).saturating_sub(a.y.max(b.y));
    2 * common >= a.height.min(b.height).max(1)
}

fn join_lines(lines: Vec<TextRow>) -> TextRow {
    let bbox = Bbox::bounding(lines.iter().map(|line| line.bbox)).expect("a row has a line");
    let mut words: Vec<RowWord> = lines.into_iter().flat_map(|line| line.words).collect();
    words.sort_by_key(|word| word.bbox.x);
    TextRow { bbox, words }
}

fn lines_of_block(block: &Block) -> impl Iterator<Item = TextRow> {
    block.paragraphs.iter().flat_map(|paragraph| lines_of_paragraph(block.block_num, paragraph))
}

/// A paragraph written by the original Python tool has text but no lines: they are assumed to be equally high, and characters equally wide.
fn lines_of_paragraph(block_num: u32, paragraph: &Paragraph) -> Vec<TextRow> {
    if !paragraph.lines.is_empty() {
        return paragraph.lines.iter().map(|line| row_of_line(block_num, line)).collect();
    }
    let texts: Vec<&str> = paragraph.text.lines().filter(|text| !text.trim().is_empty()).collect();
    let height = paragraph.bbox.height / (texts.len() as u32).max(1);
    let line = |(text, at): (&&str, u32)| {
        let bbox = Bbox { y: paragraph.bbox.y + at * height, height, ..paragraph.bbox };
        TextRow { bbox, words: evenly_spaced(text, bbox, paragraph.avg_confidence, block_num) }
    };
    texts.iter().zip(0..).map(line).collect()
}

fn row_of_line(block_num: u32, line: &Line) -> TextRow {
    let word =
        |word: &Word| RowWord { text: word.text.clone(), bbox: word.bbox, confidence: word.confidence, block_num };
    TextRow { bbox: line.bbox, words: line.words.iter().map(word).collect() }
}

fn evenly_spaced(text: &str, line: Bbox, confidence: f64, block_num: u32) -> Vec<RowWord> {
    let char_px = f64::from(line.width) / (text.chars().count().max(1)) as f64;
    let mut at = 0;
    let mut words = Vec::new();
    for word in text.split(' ') {
        let letters = word.chars().count();
        if letters > 0 {
            let x = line.x + (f64::from(at) * char_px) as u32;
            let bbox = Bbox { x, width: (letters as f64 * char_px) as u32, ..line };
            words.push(RowWord { text: word.to_owned(), bbox, confidence, block_num });
        }
        at += letters as u32 + 1;
    }
    words
}

/// The median; of an even number of values the upper middle one. `None` without values.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::super::test_pages::{block, line};
    use super::*;

    #[test]
    fn running_head_and_page_number_in_two_blocks_are_one_row() {
        let rows = text_rows_of_blocks(&[
            block(1, &[line((657, 90), 37, "AIAX.")]),
            block(2, &[line((1247, 105), 43, "69")]),
            block(3, &[line((237, 183), 53, "Two words")]),
        ]);
        let texts: Vec<String> = rows.iter().map(TextRow::text).collect();
        assert_eq!(texts, ["AIAX. 69", "Two words"]);
        assert!(rows[0].contains_block(1) && rows[0].contains_block(2) && !rows[0].contains_block(3));
        assert_eq!(rows[0].bbox.y, 90);
        assert_eq!(rows[0].bbox.bottom(), 148);
    }

    #[test]
    fn paragraph_without_lines_is_split_into_lines_and_words() {
        let mut without = block(1, &[line((100, 200), 80, "CHAPTER I.")]);
        without.paragraphs[0].lines.clear();
        without.paragraphs[0].text = "CHAPTER I.\n9".to_owned();
        without.paragraphs[0].bbox = Bbox { x: 100, y: 200, width: 200, height: 80 };
        let rows = text_rows_of_blocks(&[without]);
        assert_eq!(rows.iter().map(TextRow::text).collect::<Vec<_>>(), ["CHAPTER I.", "9"]);
        assert_eq!((rows[1].bbox.y, rows[1].bbox.height), (240, 40));
        assert_eq!((rows[0].words[1].bbox.x, rows[0].words[1].bbox.width), (260, 40));
    }

    #[test]
    fn median_of_values() {
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([]), None);
    }
}
