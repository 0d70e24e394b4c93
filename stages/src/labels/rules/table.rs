use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;
use crate::pagination::Row;

/// A table has at least so many rows.
const FEWEST_ROWS: usize = 3;

/// White between two columns of a table, in heights of the body's type.
const WHITE: f64 = 1.8;

/// As many of the rows must be cut, 0..=1.
const CUT_ROWS: f64 = 0.6;

/// Rows that are cut at the same places, twice at least, or once before numbers.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    if block.rows.len() < FEWEST_ROWS {
        return None;
    }
    let is_cut = |row: &&Row| {
        let cuts = row.words.windows(2).filter(|pair| {
            let white = f64::from(pair[1].bbox.x) - f64::from(pair[0].bbox.right());
            white > WHITE * page.sheet.body_height
        });
        let numbers = row.words.iter().filter(|word| word.text.starts_with(|c: char| c.is_ascii_digit())).count();
        match cuts.count() {
            0 => false,
            1 => 2 * numbers >= row.words.len(),
            _ => true,
        }
    };
    let cut = block.rows.iter().filter(is_cut).count() as f64;
    (cut >= CUT_ROWS * block.rows.len() as f64).then_some((Classification::Table, 0.7))
}
