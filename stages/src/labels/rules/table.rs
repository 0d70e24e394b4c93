use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;
use crate::page_layout::{TextRow, gutters};
use shelf_pages::Bbox;

/// Minimum length of a table, rows.
const MIN_ROWS: usize = 3;

/// Minimum gap between two columns of a table, in type heights of the body text.
const MIN_COLUMN_GAP_RATIO: f64 = 1.8;

/// Maximum white space below the names of the columns, leadings.
const MAX_GAP_LEADINGS: f64 = 1.0;

/// Minimum fraction of rows split into columns, 0..=1.
const MIN_SPLIT_ROWS_RATIO: f64 = 0.6;

/// Minimum width of a gap that all rows share, in type heights of the body text.
const MIN_GUTTER_RATIO: f64 = 1.0;

/// Rows split into three or more columns, or into two with numbers; and a row above or below such rows.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    let is_table = if block.rows.len() < MIN_ROWS { belongs_to_a_table(block, page) } else { is_table(block, page) };
    is_table.then_some((Classification::Table, 0.7))
}

/// The names of the columns, or the first or last rows, in a block of their own.
fn belongs_to_a_table(block: &BlockView, page: &PageView) -> bool {
    let is_near = |gap: Option<f64>| gap.is_some_and(|gap| gap < MAX_GAP_LEADINGS);
    let below = page.below(block).filter(|_| is_near(page.gap_below(block)));
    let above = page.above(block).filter(|_| is_near(page.gap_above(block)));
    let mut tables =
        below.into_iter().chain(above).filter(|other| other.rows.len() >= MIN_ROWS && is_table(other, page));
    !block.rows.is_empty()
        && tables.any(|table| is_split(&block.rows, page) || has_gutters(block.rows.iter().chain(&table.rows), page))
}

fn is_table(block: &BlockView, page: &PageView) -> bool {
    is_split(&block.rows, page) || has_gutters(&block.rows, page)
}

/// Whether most rows have wide gaps between their words.
fn is_split(rows: &[TextRow], page: &PageView) -> bool {
    let is_split = |row: &&TextRow| {
        let cuts = row.words.windows(2).filter(|pair| {
            let white = f64::from(pair[1].bbox.x) - f64::from(pair[0].bbox.right());
            white > MIN_COLUMN_GAP_RATIO * page.layout.body_height_px
        });
        match cuts.count() {
            0 => false,
            1 => 2 * numbers(row) >= row.words.len(),
            _ => true,
        }
    };
    rows.iter().filter(is_split).count() as f64 >= MIN_SPLIT_ROWS_RATIO * rows.len() as f64
}

/// Whether the gaps between the words of all rows are at the same places: two of them, or one beside numbers.
fn has_gutters<'r>(rows: impl IntoIterator<Item = &'r TextRow>, page: &PageView) -> bool {
    let rows: Vec<&TextRow> = rows.into_iter().collect();
    let words: Vec<Vec<Bbox>> = rows.iter().map(|row| row.words.iter().map(|word| word.bbox).collect()).collect();
    match gutters(&words, MIN_GUTTER_RATIO * page.layout.body_height_px).len() {
        0 => false,
        1 => rows.iter().all(|row| 2 * numbers(row) >= row.words.len()),
        _ => true,
    }
}

/// How many words of a row begin with a digit.
fn numbers(row: &TextRow) -> usize {
    row.words.iter().filter(|word| word.text.starts_with(|c: char| c.is_ascii_digit())).count()
}

#[cfg(test)]
mod tests {
    use super::super::test_labels::{in_a_book, labels_of};
    use super::*;
    use crate::ocr::Line;
    use crate::page_layout::test_pages::{block, line, prose};

    /// A row with its cells at these places.
    fn row(y: u32, cells: &[(u32, &str)]) -> Line {
        let words: Vec<_> = cells.iter().flat_map(|(x, text)| line((*x, y), 20, text).words).collect();
        Line { bbox: shelf_pages::Bbox::bounding(words.iter().map(|word| word.bbox)).unwrap(), words }
    }

    #[test]
    fn rows_of_cells_are_a_table() {
        let cells: Vec<Line> =
            (0..5).map(|at| row(600 + 30 * at, &[(100, "Name of it"), (500, "12"), (700, "345")])).collect();
        let numbers: Vec<Line> = (0..5).map(|at| row(800 + 30 * at, &[(100, "1850"), (500, "12")])).collect();
        let blocks = vec![prose(1, 100, 12), block(2, &cells), block(3, &numbers), prose(4, 1000, 12)];
        let labels = labels_of(blocks, &in_a_book());
        assert_eq!(labels[1..3], [Classification::Table; 2]);
    }

    #[test]
    fn names_of_columns_belong_to_the_table() {
        let cells: Vec<Line> =
            (0..5).map(|at| row(600 + 30 * at, &[(100, "Name of it"), (500, "12"), (700, "345")])).collect();
        let names = |y: u32| block(2, &[row(y, &[(100, "Names of places"), (500, "1801"), (700, "1811")])]);
        let label = |y: u32| labels_of(vec![prose(1, 100, 12), names(y), block(3, &cells)], &in_a_book())[1];
        assert_eq!(label(566), Classification::Table);
        assert_ne!(label(490), Classification::Table, "it is too far above");
    }

    #[test]
    fn narrow_gaps_at_the_same_place_separate_columns() {
        // 25 px between columns, in type of 20 px: wider spaces would be unusual in text.
        let cells = |y: u32, name: &str| row(y, &[(300, name), (440, "1234"), (515, "812"), (580, "4021")]);
        let names = ["Boston", "Salem", "Newport", "Concord"];
        let rows: Vec<Line> = (600..).step_by(30).zip(names).map(|(y, name)| cells(y, name)).collect();
        let last = cells(722, "Lynn");
        let blocks = vec![prose(1, 100, 12), block(2, &rows), block(3, &[last]), prose(4, 1000, 12)];
        assert_eq!(labels_of(blocks, &in_a_book())[1..3], [Classification::Table; 2]);
    }

    #[test]
    fn text_with_a_wide_space_is_body() {
        let speakers: Vec<Line> = (0..5)
            .map(|at| {
                row(600 + 30 * at, &[(100, "AJAX."), (200, "some words of a play that go on to the end of the line")])
            })
            .collect();
        assert_eq!(labels_of(vec![prose(1, 100, 12), block(2, &speakers)], &in_a_book())[1], Classification::Body);
    }
}
