use super::block_view::BlockView;
use super::footnote;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;
use shelf_pages::Bbox;

/// Words with which captions begin.
const FIRST_WORDS: [&str; 11] =
    ["fig", "figure", "plate", "pl", "illustration", "frontispiece", "map", "abb", "abbildung", "tafel", "planche"];

/// Maximum length of a caption, rows.
const MAX_ROWS: usize = 6;

/// Maximum distance of a caption from its figure, leadings.
const MAX_DISTANCE_LEADINGS: f64 = 2.5;

/// Text beside a figure that differs from the running text, and text such as `Fig. 3` without a figure.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    if block.rows.len() > MAX_ROWS || is_note(block, page) {
        return None;
    }
    let lower = block.text.to_lowercase();
    let names_a_figure = names_a_figure(&lower);
    let beside = page.figures.iter().any(|figure| is_beside(figure, block, page));
    let unlike_text = block.size < 0.93 || block.centred || block.capitals || has_centred_end(block, page);
    let credit = lower.starts_with("photo") || lower.starts_with('©');
    match (beside, names_a_figure) {
        _ if credit && (beside || block.size < 0.8) => Some((Classification::PhotoCredit, 0.8)),
        (true, true) => Some((Classification::Caption, 0.95)),
        (true, false) if unlike_text => Some((Classification::Caption, 0.85)),
        (false, true) if unlike_text && block.rows.len() < 4 => Some((Classification::Caption, 0.7)),
        _ => None,
    }
}

/// Whether its last row is centred below others, as that of no paragraph is.
fn has_centred_end(block: &BlockView, page: &PageView) -> bool {
    block.rows.len() > 1 && block.rows.last().is_some_and(|row| page.is_centred(block, row))
}

/// Whether it is a footnote on a page with a figure.
fn is_note(block: &BlockView, page: &PageView) -> bool {
    !block.centred
        && footnote::begins_with_a_mark(&block.text)
        && page.all_below(block).all(|below| page.is_in_footer(below))
}

/// `Fig. 7.`, `Plate IV`: one of the words, and a number.
fn names_a_figure(lower: &str) -> bool {
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().is_some_and(|word| FIRST_WORDS.contains(&word));
    let number = |word: &str| word.chars().all(|c| c.is_ascii_digit() || "ivxlc".contains(c));
    first && words.next().is_none_or(number)
}

fn is_beside(figure: &Bbox, block: &BlockView, page: &PageView) -> bool {
    let common = figure.right().min(block.bbox.right()).saturating_sub(figure.x.max(block.bbox.x));
    let below = block.bbox.y.abs_diff(figure.bottom());
    let above = figure.y.abs_diff(block.bbox.bottom());
    let near = f64::from(below.min(above)) < MAX_DISTANCE_LEADINGS * page.layout.leading_px;
    near && 2 * common > block.bbox.width.min(figure.width)
}

#[cfg(test)]
mod tests {
    use super::super::test_labels::{in_a_book, labels_beside};
    use super::*;
    use crate::page_layout::test_pages::{block, centred, line, prose};

    /// The label of a line below a figure, or far from one.
    fn label(height: u32, text: &str, has_figure: bool) -> Classification {
        let figure = Bbox { x: 200, y: 500, width: 600, height: 400 };
        let figures = if has_figure { vec![figure] } else { Vec::new() };
        let blocks = vec![prose(1, 100, 12), block(2, &[centred(1000, 920, height, text)]), prose(3, 1000, 12)];
        labels_beside(blocks, &figures, &in_a_book())[1]
    }

    #[test]
    fn captions_are_beside_figures_or_name_them() {
        assert_eq!(label(16, "The shelf before it was flattened.", true), Classification::Caption);
        assert_eq!(label(16, "FIG. 7. WINGBACK CHAIR.", true), Classification::Caption);
        assert_eq!(label(16, "FIG. 7. WINGBACK CHAIR.", false), Classification::Caption);
        assert_eq!(label(14, "Photo: A. Smith", true), Classification::PhotoCredit);
        assert_eq!(label(20, "A HEADING", false), Classification::SectionHeading);
    }

    #[test]
    fn caption_that_fills_its_first_row_ends_in_a_centred_one() {
        let figure = Bbox { x: 200, y: 500, width: 600, height: 400 };
        let first = line((100, 920), 20, "some words of the text that go on to the end of the line, as they all do,");
        let caption = |last| vec![prose(1, 100, 12), block(2, &[first.clone(), last]), prose(3, 1050, 12)];
        let label = |last| labels_beside(caption(last), &[figure], &in_a_book())[1];
        assert_eq!(label(centred(1000, 950, 20, "of heard rumours.")), Classification::Caption);
        assert_eq!(label(line((100, 950), 20, "of heard rumours.")), Classification::Body);
    }

    #[test]
    fn footnote_below_a_figure_is_not_its_caption() {
        let figure = Bbox { x: 100, y: 900, width: 800, height: 400 };
        let note = block(2, &[line((120, 1330), 16, "” See the account of this matter given by Fairbanks, in his")]);
        let labels = labels_beside(vec![prose(1, 100, 25), note], &[figure], &in_a_book());
        assert_eq!(labels[1], Classification::Footnote);
    }

    #[test]
    fn running_text_beside_a_figure_is_body() {
        let figure = Bbox { x: 100, y: 500, width: 800, height: 400 };
        let labels = labels_beside(vec![prose(1, 100, 12), prose(2, 930, 5)], &[figure], &in_a_book());
        assert_eq!(labels, [Classification::Body; 2]);
    }

    #[test]
    fn figures_are_named_by_a_word_and_a_number() {
        for (text, names) in [
            ("fig. 7", true),
            ("plate iv. the sea", true),
            ("frontispiece", true),
            ("map of the sea", false),
            ("figs are sweet", false),
        ] {
            assert_eq!(names_a_figure(text), names, "{text}");
        }
    }
}
