//! Verse: lines that begin with capitals and end where the verse ends, not at the edge of the text.

use shelf_pages::Classification;

use super::piece::{Piece, Role};

/// Verse has at least this many lines; a couplet is verse only in a quotation.
const MIN_LINES: usize = 3;
const MIN_QUOTED_LINES: usize = 2;
/// Minimum fraction of lines that begin with a capital, 0..=1.
const MIN_CAPITALS_RATIO: f64 = 0.8;
/// Maximum fraction of lines that reach the right edge of the text, 0..=1.
const MAX_FULL_RATIO: f64 = 0.15;
/// Fewer lines than this may begin with capitals by chance: then their ends must differ by at least this fraction of the width of the text,
/// as those of justified prose do not.
const FEW_LINES: usize = 4;
const MIN_RAGGED_RATIO: f64 = 0.03;

/// Whether a piece is verse, in text between these edges, px.
pub(super) fn is_verse(piece: &Piece, left_px: f64, right_px: f64) -> bool {
    let min_lines = match piece.role {
        Role::Quotation | Role::Epigraph => MIN_QUOTED_LINES,
        Role::Text if matches!(piece.classification, Classification::Body | Classification::Other) => MIN_LINES,
        _ => return false,
    };
    let width_px = right_px - left_px;
    let ends: Vec<f64> = piece.lines.iter().filter_map(|line| Some(f64::from(line.bbox?.right()))).collect();
    if ends.len() != piece.lines.len() || ends.len() < min_lines || width_px <= 0.0 {
        return false;
    }
    let count = ends.len() as f64;
    let capitals = piece.lines.iter().filter(|line| begins_with_capital(&line.text)).count() as f64;
    let full = ends.iter().filter(|end| **end > right_px - 0.06 * width_px).count() as f64;
    // The last line of prose is short as well.
    let others = if ends.len() > 2 { &ends[..ends.len() - 1] } else { &ends[..] };
    let (min, max) = others.iter().fold((f64::MAX, f64::MIN), |(min, max), end| (min.min(*end), max.max(*end)));
    let hyphens = piece.lines.iter().any(|line| line.text.ends_with('-'));
    capitals >= MIN_CAPITALS_RATIO * count
        && full <= MAX_FULL_RATIO * count
        && (ends.len() >= FEW_LINES || max - min >= MIN_RAGGED_RATIO * width_px)
        && !hyphens
}

fn begins_with_capital(text: &str) -> bool {
    text.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    fn found(text: &str, classification: Classification) -> bool {
        let page = TestPage::new(text).label(1, classification);
        is_verse(&page_pieces(&page.merged(), &page.ocr()).pieces[0], 100.0, 900.0)
    }

    #[test]
    fn lines_of_different_length_with_capitals_are_verse() {
        let verse = "The curfew tolls the knell of parting day,\nThe lowing herd winds slowly o’er the lea,\nThe ploughman homeward plods his weary way,\nAnd leaves the world to darkness and to me.";
        assert!(found(verse, Classification::Body));
        assert!(found("Mine be a cot beside the hill;\nA beehive’s hum shall", Classification::Quote));
        assert!(!found(verse, Classification::Copyright));
    }

    #[test]
    fn prose_is_not_verse() {
        let prose = "The curfew tolls the knell of parting day, the lowing herd winds slowly over lea\nand the ploughman homeward plods his weary way, and leaves the world to darkness,\nwhich is what he did.";
        assert!(!found(prose, Classification::Body));
        assert!(!found(prose, Classification::Quote));
    }
}
