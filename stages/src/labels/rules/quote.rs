use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;
use crate::pagination::Row;

/// A quotation is indented by at least this, in heights of the body's type.
const INDENT: f64 = 0.8;

/// Verse is indented by more, and its rows end where they like.
const INDENT_OF_VERSE: f64 = 2.0;

/// Text that is indented on both sides, in type no larger than the body's.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    if block.rows.len() < 2 || block.size > 1.08 {
        return None;
    }
    let column = page.column(block);
    let body = page.sheet.body_height;
    let indents = |of: fn(&Row) -> u32, share: usize| {
        let mut ends: Vec<u32> = block.rows.iter().map(of).collect();
        ends.sort_unstable();
        f64::from(ends[(ends.len() - 1) * share / 4])
    };
    let left = (indents(|row| row.bbox.x, 1) - column.left) / body;
    let right = (column.right - indents(|row| row.bbox.right(), 4)) / body;
    let lines_up = (indents(|row| row.bbox.x, 3) - indents(|row| row.bbox.x, 1)) / body < 2.5;
    let is_quote = left >= INDENT && right >= INDENT && (lines_up || left >= INDENT_OF_VERSE);
    let before_text = page.below(block).is_some_and(BlockView::is_running_text);
    let below_heading = page.above(block).is_some_and(|above| super::heading::label(above, page).is_some());
    match is_quote {
        false => None,
        true if below_heading && before_text => Some((Classification::Epigraph, 0.65)),
        true => Some((Classification::Quote, if block.rows.len() > 2 || block.size < 0.97 { 0.85 } else { 0.7 })),
    }
}
