use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;
use crate::page_layout::TextRow;

/// Minimum indent of a quotation, in type heights of the body text.
const MIN_INDENT_RATIO: f64 = 0.8;

/// Minimum indent of verse, whose rows have uneven ends.
const MIN_VERSE_INDENT_RATIO: f64 = 2.0;

/// Fewer rows may be indented at the left alone and be text.
const MIN_DEEP_ROWS: usize = 3;

/// Text indented on both sides, or deeply at the left, in type no larger than the body text.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    if block.rows.len() < 2 || block.size > 1.08 || !page.layout.has_column {
        return None;
    }
    let column = page.column(block);
    let body = page.layout.body_height_px;
    let indents = |of: fn(&TextRow) -> u32, share: usize| {
        let mut ends: Vec<u32> = block.rows.iter().map(of).collect();
        ends.sort_unstable();
        f64::from(ends[(ends.len() - 1) * share / 4])
    };
    let left = (indents(|row| row.bbox.x, 1) - column.left) / body;
    let right = (column.right - indents(|row| row.bbox.right(), 4)) / body;
    let lines_up = (indents(|row| row.bbox.x, 3) - indents(|row| row.bbox.x, 1)) / body < 2.5;
    let is_verse_indent = left >= MIN_VERSE_INDENT_RATIO;
    let is_quote = left >= MIN_INDENT_RATIO && right >= MIN_INDENT_RATIO && (lines_up || is_verse_indent);
    // The lines of verse may fill a narrow column.
    let is_deep = page.has_columns()
        && block.rows.len() >= MIN_DEEP_ROWS
        && (indents(|row| row.bbox.x, 0) - column.left) / body >= MIN_VERSE_INDENT_RATIO;
    let is_quote = is_quote || is_deep;
    let before_text = page.below(block).is_some_and(BlockView::is_running_text);
    let below_heading = page.above(block).is_some_and(|above| super::heading::label(above, page).is_some());
    match is_quote {
        false => None,
        true if below_heading && before_text => Some((Classification::Epigraph, 0.65)),
        true => Some((Classification::Quote, if block.rows.len() > 2 || block.size < 0.97 { 0.85 } else { 0.7 })),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_labels::{in_a_book, labels_of};
    use super::*;
    use crate::page_layout::test_pages::{block, centred, line, prose};

    #[test]
    fn quotation_is_indented_on_both_sides() {
        let rows = |x: u32, text: &str| (0..3).map(|at| line((x, 500 + 30 * at), 19, text)).collect::<Vec<_>>();
        let label =
            |lines: &[_]| labels_of(vec![prose(1, 100, 12), block(2, lines), prose(3, 650, 12)], &in_a_book())[1];
        assert_eq!(label(&rows(150, "some words of another that were set in a bit at")), Classification::Quote);
        assert_eq!(label(&rows(180, "a line of verse")), Classification::Quote);
        assert_eq!(
            label(&rows(100, "words that end before others do")),
            Classification::Body,
            "a list stands at the left"
        );
        assert_eq!(
            label(&rows(150, "some words that go on to the right end of the column as they all should, and so on")),
            Classification::Body
        );
    }

    #[test]
    fn last_rows_of_a_chapter_alone_on_a_page_are_not_a_quotation() {
        let rows =
            [line((150, 100), 20, "would seem to belong, but only as the Anak of"), line((150, 130), 20, "the tribe.")];
        assert_eq!(labels_of(vec![block(1, &rows)], &in_a_book()), [Classification::Body]);
    }

    #[test]
    fn quotation_between_heading_and_text_is_an_epigraph() {
        let blocks = vec![
            block(1, &[centred(1000, 300, 26, "OF THE SEA")]),
            block(
                2,
                &[
                    line((300, 380), 18, "Who goes to sea for pleasure"),
                    line((300, 410), 18, "would go to hell for pastime"),
                ],
            ),
            prose(3, 500, 20),
        ];
        assert_eq!(labels_of(blocks, &in_a_book())[1], Classification::Epigraph);
    }

    #[test]
    fn quotation_and_verse_in_a_column_are_indented_within_it() {
        let rows = |x: u32, y: u32, count: u32, text: &str| {
            (0..count).map(|at| line((x, y + 30 * at), 20, text)).collect::<Vec<_>>()
        };
        let text = "some words of a narrow column here";
        let blocks = vec![
            block(1, &rows(100, 100, 20, text)),
            block(2, &rows(520, 100, 6, text)),
            block(3, &rows(550, 320, 4, "some words of another")),
            block(4, &rows(520, 480, 6, text)),
            block(5, &rows(580, 700, 4, "Verse that fills the column")),
        ];
        let labels = labels_of(blocks, &in_a_book());
        assert_eq!(
            labels,
            [
                Classification::Body,
                Classification::Body,
                Classification::Quote,
                Classification::Body,
                Classification::Quote
            ]
        );
    }

    #[test]
    fn columns_are_not_quotations() {
        let column = |number: u32, x: u32| {
            let rows: Vec<_> =
                (0..20).map(|at| line((x, 100 + 30 * at), 20, "some words of a narrow column here")).collect();
            block(number, &rows)
        };
        assert_eq!(labels_of(vec![column(1, 100), column(2, 520)], &in_a_book()), [Classification::Body; 2]);
    }
}
