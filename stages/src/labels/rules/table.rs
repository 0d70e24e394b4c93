use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;
use crate::page_layout::TextRow;

/// Minimum length of a table, rows.
const MIN_ROWS: usize = 3;

/// Minimum gap between two columns of a table, in type heights of the body text.
const MIN_COLUMN_GAP_RATIO: f64 = 1.8;

/// Maximum white space below the names of the columns, leadings.
const MAX_GAP_LEADINGS: f64 = 1.0;

/// Minimum fraction of rows split into columns, 0..=1.
const MIN_SPLIT_ROWS_RATIO: f64 = 0.6;

/// Rows split into three or more columns, or into two with numbers.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    if block.rows.len() < MIN_ROWS {
        return heads_a_table(block, page).then_some((Classification::Table, 0.7));
    }
    is_split_into_columns(block, page).then_some((Classification::Table, 0.7))
}

/// The row with the names of the columns, in a block of its own above those of the table.
fn heads_a_table(block: &BlockView, page: &PageView) -> bool {
    let is_near = page.gap_below(block).is_some_and(|gap| gap < MAX_GAP_LEADINGS);
    let is_table = |below: &BlockView| below.rows.len() >= MIN_ROWS && is_split_into_columns(below, page);
    !block.rows.is_empty() && is_near && is_split_into_columns(block, page) && page.below(block).is_some_and(is_table)
}

fn is_split_into_columns(block: &BlockView, page: &PageView) -> bool {
    let is_split = |row: &&TextRow| {
        let cuts = row.words.windows(2).filter(|pair| {
            let white = f64::from(pair[1].bbox.x) - f64::from(pair[0].bbox.right());
            white > MIN_COLUMN_GAP_RATIO * page.layout.body_height_px
        });
        let numbers = row.words.iter().filter(|word| word.text.starts_with(|c: char| c.is_ascii_digit())).count();
        match cuts.count() {
            0 => false,
            1 => 2 * numbers >= row.words.len(),
            _ => true,
        }
    };
    let cut = block.rows.iter().filter(is_split).count() as f64;
    cut >= MIN_SPLIT_ROWS_RATIO * block.rows.len() as f64
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
    fn text_with_a_wide_space_is_body() {
        let speakers: Vec<Line> = (0..5)
            .map(|at| {
                row(600 + 30 * at, &[(100, "AJAX."), (200, "some words of a play that go on to the end of the line")])
            })
            .collect();
        assert_eq!(labels_of(vec![prose(1, 100, 12), block(2, &speakers)], &in_a_book())[1], Classification::Body);
    }
}
