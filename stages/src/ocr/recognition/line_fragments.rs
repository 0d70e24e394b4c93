//! Fragments of lines. Where the words of narrow columns are far apart, Tesseract's segmentation takes the space between them for a gutter: it reads the parts
//! of a line in blocks of their own, in an order that is not the text's. The lines of such columns are joined again, and put in reading order.

use shelf_pages::{Bbox, Block, Line};

use super::layout::build_blocks;
use super::residual_image::lines_of;
use super::tsv::{LayoutPosition, RecognisedWord};
use crate::page_layout::{gutters, median};

/// The gutter is between these fractions of the width of the text, and at least so broad, in line heights.
const GUTTER_PLACE: std::ops::Range<f64> = 0.3..0.7;
const MIN_GUTTER_HEIGHTS: f64 = 0.6;
/// A column has at least so many lines, and so many that are level with one of the other column.
const MIN_LINES: usize = 8;
const MIN_LEVEL_LINES: usize = 6;
/// Lines that overlap vertically by this fraction of the lower one's height are level.
const MIN_OVERLAP: f64 = 0.6;
/// The fragments of a line are at most so far apart, in line heights, and together fill the column to this fraction.
const MAX_FRAGMENT_GAP_HEIGHTS: f64 = 2.5;
const MIN_FILL: f64 = 0.85;
/// A page with fewer fragmented lines is left as it was read.
const MIN_FRAGMENTED: usize = 2;
/// White space that separates blocks exceeds the usual space between lines by this, in line heights.
const MIN_BLOCK_GAP_HEIGHTS: f64 = 0.6;
/// Indentation of a paragraph, in line heights.
const MIN_INDENT_HEIGHTS: f64 = 0.8;
/// A line below the columns that is narrower than this fraction of one is a page number or a mark.
const MAX_FOOT_WIDTH_RATIO: f64 = 0.4;

/// Joins the lines of two columns if some were fragmented; otherwise the blocks as they are.
pub(super) fn join_line_fragments(blocks: Vec<Block>) -> Vec<Block> {
    let lines: Vec<&Line> = lines_of(&blocks).collect();
    let Some(height) = median(lines.iter().map(|line| f64::from(line.bbox.height))) else { return blocks };
    let Some(gutter) = find_gutter(&lines, height) else { return blocks };
    let side_of = |line: &Line| match (line.bbox.right() <= gutter, line.bbox.x >= gutter) {
        (true, _) => Some(0),
        (_, true) => Some(1),
        _ => None,
    };
    let mut columns: [Vec<Row>; 2] =
        [0, 1].map(|side| rows_of(lines.iter().copied().filter(|line| side_of(line) == Some(side))));
    let fragmented: usize = columns.iter().map(|rows| fragmented_lines(rows, height)).sum();
    if fragmented < MIN_FRAGMENTED {
        return blocks;
    }
    let mut across: Vec<Row> = rows_of(lines.iter().copied().filter(|line| side_of(line).is_none()));
    let feet = columns.iter_mut().filter_map(|rows| foot_of(rows, height)).collect::<Vec<_>>();
    across.extend(feet);
    in_order(across, &columns, height)
}

/// A row of a column: a line, or the fragments of one, from left to right.
struct Row<'a> {
    bbox: Bbox,
    lines: Vec<&'a Line>,
}

impl Row<'_> {
    /// Its vertical centre, px.
    fn middle(&self) -> u32 {
        self.bbox.y + self.bbox.height / 2
    }
}

/// The middle of the white space between two columns, px; `None` on a page without columns.
fn find_gutter(lines: &[&Line], height: f64) -> Option<u32> {
    let all = Bbox::bounding(lines.iter().map(|line| line.bbox))?;
    let boxes: Vec<Vec<Bbox>> = lines.iter().map(|line| vec![line.bbox]).collect();
    let is_central = |x: &u32| GUTTER_PLACE.contains(&(f64::from(x - all.x) / f64::from(all.width)));
    let has_columns = |gutter: &u32| {
        let left: Vec<&&Line> = lines.iter().filter(|line| line.bbox.right() <= *gutter).collect();
        let right: Vec<&&Line> = lines.iter().filter(|line| line.bbox.x >= *gutter).collect();
        let level = left.iter().filter(|line| right.iter().any(|other| is_level(&line.bbox, &other.bbox))).count();
        left.len() >= MIN_LINES && right.len() >= MIN_LINES && level >= MIN_LEVEL_LINES
    };
    gutters(&boxes, MIN_GUTTER_HEIGHTS * height).into_iter().filter(is_central).find(has_columns)
}

fn is_level(one: &Bbox, other: &Bbox) -> bool {
    let overlap = one.bottom().min(other.bottom()).saturating_sub(one.y.max(other.y));
    f64::from(overlap) >= MIN_OVERLAP * f64::from(one.height.min(other.height))
}

/// Lines, those that are level in one row, from top to bottom.
fn rows_of<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<Row<'a>> {
    let mut lines: Vec<&Line> = lines.collect();
    lines.sort_by_key(|line| (line.bbox.y + line.bbox.height / 2, line.bbox.x));
    let mut rows: Vec<Row> = Vec::new();
    for line in lines {
        match rows.iter_mut().rev().take(2).find(|row| is_level(&row.bbox, &line.bbox)) {
            Some(row) => {
                row.bbox = row.bbox.union(&line.bbox);
                row.lines.push(line);
            }
            None => rows.push(Row { bbox: line.bbox, lines: vec![line] }),
        }
    }
    for row in &mut rows {
        row.lines.sort_by_key(|line| line.bbox.x);
    }
    rows.sort_by_key(|row| row.bbox.y);
    rows
}

/// How many rows of a column consist of fragments that together fill it.
fn fragmented_lines(rows: &[Row], height: f64) -> usize {
    let width = rows.iter().map(|row| row.bbox.width).max().unwrap_or_default();
    let is_fragmented = |row: &&Row| {
        let gap = |pair: &[&Line]| f64::from(pair[1].bbox.x) - f64::from(pair[0].bbox.right());
        row.lines.len() > 1
            && f64::from(row.bbox.width) >= MIN_FILL * f64::from(width)
            && row.lines.windows(2).all(|pair| (0.0..=MAX_FRAGMENT_GAP_HEIGHTS * height).contains(&gap(pair)))
    };
    rows.iter().filter(is_fragmented).count()
}

/// Takes the page number or mark below a column from its rows.
fn foot_of<'a>(rows: &mut Vec<Row<'a>>, height: f64) -> Option<Row<'a>> {
    let width = rows.iter().map(|row| row.bbox.width).max()?;
    let [.., before, last] = &rows[..] else { return None };
    let is_apart = f64::from(last.bbox.y) - f64::from(before.bbox.bottom()) >= height;
    let is_narrow = f64::from(last.bbox.width) <= MAX_FOOT_WIDTH_RATIO * f64::from(width);
    if is_apart && is_narrow { rows.pop() } else { None }
}

/// The rows in reading order: between two that cross the page, the left column and then the right one.
fn in_order(mut across: Vec<Row>, columns: &[Vec<Row>; 2], height: f64) -> Vec<Block> {
    across.sort_by_key(Row::middle);
    let mut words = Vec::new();
    let mut position = LayoutPosition { block: 0, paragraph: 1, line: 1 };
    for band in 0..=across.len() {
        let top = band.checked_sub(1).map_or(0, |before| across[before].middle());
        let bottom = across.get(band).map_or(u32::MAX, Row::middle);
        for column in columns {
            let rows: Vec<&Row> = column.iter().filter(|row| (top..bottom).contains(&row.middle())).collect();
            write_column(&rows, height, &mut position, &mut words);
        }
        if let Some(row) = across.get(band) {
            position = LayoutPosition { block: position.block + 1, paragraph: 1, line: 1 };
            write(row, position, &mut words);
        }
    }
    build_blocks(&words)
}

/// The rows of a part of a column as blocks, which white space separates, and paragraphs, which are indented.
fn write_column(rows: &[&Row], height: f64, position: &mut LayoutPosition, words: &mut Vec<RecognisedWord>) {
    let gap = |at: usize| f64::from(rows[at].bbox.y) - f64::from(rows[at - 1].bbox.bottom());
    let usual = median((1..rows.len()).map(gap)).unwrap_or_default();
    let opens_block = |at: usize| at == 0 || gap(at) > usual + MIN_BLOCK_GAP_HEIGHTS * height;
    let is_right_of = |at: usize, other: usize| {
        f64::from(rows[at].bbox.x) - f64::from(rows[other].bbox.x) >= MIN_INDENT_HEIGHTS * height
    };
    for (at, row) in rows.iter().enumerate() {
        let is_indented = at > 0 && is_right_of(at, at - 1) && (at + 1 == rows.len() || is_right_of(at, at + 1));
        *position = match (opens_block(at), is_indented) {
            (true, _) => LayoutPosition { block: position.block + 1, paragraph: 1, line: 1 },
            (_, true) => LayoutPosition { paragraph: position.paragraph + 1, line: 1, ..*position },
            _ => LayoutPosition { line: position.line + 1, ..*position },
        };
        write(row, *position, words);
    }
}

fn write(row: &Row, position: LayoutPosition, words: &mut Vec<RecognisedWord>) {
    let all = row.lines.iter().flat_map(|line| &line.words);
    words.extend(all.map(|word| RecognisedWord {
        position,
        bbox: word.bbox,
        confidence: word.confidence,
        text: word.text.clone(),
        alternatives: word.alternatives.clone(),
    }));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shelf_pages::{Paragraph, Word};

    use super::*;

    fn block(lines: &[(u32, u32, &str)]) -> Block {
        let line = |(x, y, text): &(u32, u32, &str)| {
            let bbox = Bbox { x: *x, y: *y, width: 10 * text.len() as u32, height: 20 };
            Line { bbox, words: vec![Word::new((*text).to_owned(), bbox, 0.9)] }
        };
        let lines: Vec<Line> = lines.iter().map(line).collect();
        let bbox = Bbox::bounding(lines.iter().map(|line| line.bbox)).unwrap();
        let paragraph = Paragraph { par_num: 1, bbox, text: String::new(), avg_confidence: 0.9, lines };
        Block { block_num: 1, bbox, paragraphs: vec![paragraph] }
    }

    const TEXT: &str = "some words of a narrow column";

    /// Lines of a column of 290 px, 30 px apart.
    fn column(x: u32, y: u32, lines: u32) -> Vec<(u32, u32, &'static str)> {
        (0..lines).map(|at| (x, y + 30 * at, TEXT)).collect()
    }

    fn texts(blocks: &[Block]) -> Vec<String> {
        lines_of(blocks).map(Line::text).collect()
    }

    #[test]
    fn fragments_of_lines_are_joined() {
        let fragments = |half: u32| {
            let text = ["employed weaving", "what is", "drawn, and music", "ally wild"];
            if half == 0 {
                vec![(100, 400, text[0]), (100, 430, text[2])]
            } else {
                vec![(310, 400, text[1]), (300, 430, text[3])]
            }
        };
        let head = [(220, 20, "a title across both of the columns")];
        let blocks = vec![
            block(&head),
            block(&column(100, 100, 10)),
            block(&fragments(1)),
            block(&fragments(0)),
            block(&column(100, 460, 10)),
            block(&column(430, 100, 22)),
            block(&[(405, 800, "7")]),
        ];
        let joined = join_line_fragments(blocks);
        let read = texts(&joined);
        assert_eq!(read[0], head[0].2);
        assert_eq!(read[11..13], ["employed weaving what is", "drawn, and music ally wild"]);
        assert_eq!((read.len(), read.last().map(String::as_str)), (1 + 22 + 22 + 1, Some("7")));
        let numbers: Vec<u32> = joined.iter().map(|block| block.block_num).collect();
        assert_eq!(numbers, [1, 2, 3, 4]);
    }

    proptest! {
        #[test]
        fn every_line_is_kept_once(heads in prop::collection::vec((0..900_u32, 1..300_u32), 0..6)) {
            let head = |(y, height): (u32, u32)| {
                let mut head = block(&[(220, y, "a title")]).paragraphs[0].lines[0].clone();
                head.words[0].bbox.height = height;
                head.bbox.height = height;
                head
            };
            let heads: Vec<Line> = heads.into_iter().map(head).collect();
            let columns = [block(&column(100, 100, 24)), block(&column(430, 115, 24))];
            let rows = |block| rows_of(lines_of(std::slice::from_ref(block)));
            let across = heads.iter().map(|line| Row { bbox: line.bbox, lines: vec![line] }).collect();
            let ordered = in_order(across, &[rows(&columns[0]), rows(&columns[1])], 20.0);
            let sorted = |lines: Vec<&Line>| {
                let mut words: Vec<Word> = lines.into_iter().flat_map(|line| line.words.clone()).collect();
                words.sort_by_key(|word| (word.bbox.y, word.bbox.x, word.bbox.height));
                words
            };
            let given = heads.iter().chain(lines_of(&columns)).collect();
            prop_assert_eq!(sorted(lines_of(&ordered).collect()), sorted(given));
        }
    }

    #[test]
    fn whole_columns_tables_and_pages_of_one_column_are_kept() {
        let columns = vec![block(&column(100, 100, 20)), block(&column(430, 100, 20))];
        let numbers = |x: u32| (0..20).map(|at| (x, 100 + 30 * at, "1,200")).collect::<Vec<_>>();
        let table = vec![block(&column(100, 100, 20)), block(&numbers(500)), block(&numbers(620))];
        let wide = "some words of a column that is as wide as the page and leaves room for nothing beside";
        let page = vec![block(&(0..20).map(|at| (100, 100 + 30 * at, wide)).collect::<Vec<_>>())];
        for blocks in [columns, table, page, Vec::new()] {
            assert_eq!(join_line_fragments(blocks.clone()), blocks);
        }
    }
}
