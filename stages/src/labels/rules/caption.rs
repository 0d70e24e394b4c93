use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::bbox::Bbox;
use crate::labels::Classification;

/// Words that captions begin with.
const FIRST_WORDS: [&str; 11] =
    ["fig", "figure", "plate", "pl", "illustration", "frontispiece", "map", "abb", "abbildung", "tafel", "planche"];

/// A caption has no more rows.
const MOST_ROWS: usize = 6;

/// A caption is no farther from its figure than this, in leadings.
const NEAR: f64 = 2.5;

/// Words beside a figure that are not the text's, and words that say `Fig. 3` without one.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    if block.rows.len() > MOST_ROWS {
        return None;
    }
    let lower = block.text.to_lowercase();
    let names_a_figure = names_a_figure(&lower);
    let beside = page.figures.iter().any(|figure| is_beside(figure, block, page));
    let unlike_text = block.size < 0.93 || block.centred || block.capitals;
    let credit = lower.starts_with("photo") || lower.starts_with('©');
    match (beside, names_a_figure) {
        _ if credit && (beside || block.size < 0.8) => Some((Classification::PhotoCredit, 0.8)),
        (true, true) => Some((Classification::Caption, 0.95)),
        (true, false) if unlike_text => Some((Classification::Caption, 0.85)),
        (false, true) if unlike_text && block.rows.len() < 4 => Some((Classification::Caption, 0.7)),
        _ => None,
    }
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
    let near = f64::from(below.min(above)) < NEAR * page.sheet.leading;
    near && 2 * common > block.bbox.width.min(figure.width)
}
