//! Verse: lines that begin with capitals and end where the verse ends, not at the edge of the text.

use shelf_pages::Classification;

use super::piece::{Piece, PieceLine, Role};

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

/// Where pieces are verse only together, at least this share of the lines is in pieces of several lines, 0..=1: short paragraphs of prose, such as
/// those of a dialogue, have one line each.
const MIN_SHARE_OF_LONGER_PIECES: f64 = 0.5;
/// Stanzas are at least so far apart, in distances between lines.
const MIN_STANZA_GAP: f64 = 1.3;

/// How many of the first pieces are verse together, in text between these edges, px; 0 if the first is not.
pub(super) fn verse_at(pieces: &[Piece], left_px: f64, right_px: f64) -> usize {
    let Some(first) = pieces.first() else { return 0 };
    let is_like = |piece: &&Piece| piece.role == first.role && piece.classification == first.classification;
    let alike = pieces.iter().take_while(is_like).count();
    let are_verse = |count: &usize| {
        let together = together(&pieces[..*count]);
        let all = together.lines.len();
        let longer: usize = pieces[..*count].iter().map(|piece| piece.lines.len()).filter(|lines| *lines > 1).sum();
        let begins = |piece: &Piece| piece.lines.first().is_some_and(|line| begins_with_capital(&line.text));
        longer as f64 >= MIN_SHARE_OF_LONGER_PIECES * all as f64
            && pieces[..*count].iter().all(begins)
            && is_verse(&together, left_px, right_px)
    };
    (1..=alike).rev().find(are_verse).unwrap_or(0)
}

/// Pieces as one.
fn together(pieces: &[Piece]) -> Piece {
    Piece { lines: pieces.iter().flat_map(|piece| piece.lines.clone()).collect(), ..pieces[0].clone() }
}

/// Divides verse where the lines are further apart.
pub(super) fn stanzas(pieces: &[Piece]) -> Vec<Piece> {
    let all = together(pieces);
    let distance = |lines: &[PieceLine]| match lines {
        [above, below] => Some(f64::from(below.bbox?.y) - f64::from(above.bbox?.y)),
        _ => None,
    };
    // A note mark is on the same line as the word before it.
    let is_next_line = |lines: &&[PieceLine]| lines[1].note.is_none();
    let mut distances: Vec<f64> = all.lines.windows(2).filter(is_next_line).filter_map(distance).collect();
    distances.sort_by(f64::total_cmp);
    let Some(usual_px) = distances.get(distances.len() / 4).copied() else { return vec![all] };
    let mut stanzas: Vec<Vec<PieceLine>> = vec![vec![all.lines[0].clone()]];
    for lines in all.lines.windows(2) {
        let is_apart = distance(lines).is_some_and(|distance| distance > MIN_STANZA_GAP * usual_px);
        match stanzas.last_mut() {
            Some(stanza) if !is_apart => stanza.push(lines[1].clone()),
            _ => stanzas.push(vec![lines[1].clone()]),
        }
    }
    stanzas.into_iter().map(|lines| Piece { lines, ..all.clone() }).collect()
}

/// Whether a piece is verse, in text between these edges, px.
fn is_verse(piece: &Piece, left_px: f64, right_px: f64) -> bool {
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
        verse_at(&page_pieces(&page.merged(), &page.ocr()).pieces[..1], 100.0, 900.0) > 0
    }

    /// Lines of a page at these heights, each `text` a piece of its own.
    fn pieces_at(texts: &[(&str, u32)]) -> Vec<Piece> {
        let page = TestPage::new("Verse").label(1, Classification::Body);
        let model = page_pieces(&page.merged(), &page.ocr()).pieces.swap_remove(0);
        let line = |text: &str, y: u32| PieceLine {
            text: text.to_owned(),
            bbox: Some(shelf_pages::Bbox { x: 200, y, width: 10 * text.len() as u32, height: 30 }),
            ..model.lines[0].clone()
        };
        let piece = |(text, y): &(&str, u32)| Piece {
            lines: text.lines().zip(0..).map(|(text, nth)| line(text, y + 50 * nth)).collect(),
            ..model.clone()
        };
        texts.iter().map(piece).collect()
    }

    #[test]
    fn pieces_of_verse_are_put_together_and_divided_into_stanzas() {
        let pieces = pieces_at(&[
            ("The shelf that stood beside the door", 100),
            ("Has borne a hundred books and more,\nAnd never asked, by night or day,", 150),
            ("What all the hundred had to say.", 250),
            ("The lamp goes over, row by row,\nAnd reads the words it does not know;", 330),
            ("so it went on.", 430),
        ]);
        assert_eq!(verse_at(&pieces, 100.0, 900.0), 4);
        let lines: Vec<usize> = stanzas(&pieces[..4]).iter().map(|stanza| stanza.lines.len()).collect();
        assert_eq!(lines, [4, 2]);
    }

    #[test]
    fn dialogue_is_not_verse() {
        let dialogue = [("“No,” said he.", 100), ("“Why not?”", 150), ("“Because.”", 200), ("“But why?”", 250)];
        assert_eq!(verse_at(&pieces_at(&dialogue), 100.0, 900.0), 0);
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
