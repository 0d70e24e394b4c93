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

/// Pieces of one verse begin at most this far left of the first, in heights of a line; the indents of prose are less deep.
const MAX_OUTDENT_HEIGHTS: f64 = 1.5;

/// How many of the first pieces are verse together, in text between these edges, px; 0 if the first is not.
pub(super) fn verse_at(pieces: &[Piece], left_px: f64, right_px: f64) -> usize {
    let Some(first) = pieces.first() else { return 0 };
    let min_lines = match first.role {
        Role::Quotation | Role::Epigraph => MIN_QUOTED_LINES,
        Role::Text if matches!(first.classification, Classification::Body | Classification::Other) => MIN_LINES,
        _ => return 0,
    };
    let text = TextEdges { right_px, width_px: right_px - left_px };
    let (mut all, mut longer, mut found) = (Lines::default(), 0, 0);
    for (piece, count) in pieces.iter().zip(1..) {
        let Some(own) = Lines::of(piece, text) else { break };
        let is_like = piece.role == first.role && piece.classification == first.classification;
        if !is_like || !own.may_be_verse() || count > 1 && is_outdented(piece, first) {
            break;
        }
        longer += if own.count > 1 { own.count } else { 0 };
        all.add(&own);
        let is_of_longer = longer as f64 >= MIN_SHARE_OF_LONGER_PIECES * all.count as f64;
        if all.count >= min_lines && is_of_longer && all.are_verse(text) {
            found = count;
        }
    }
    found
}

/// Whether a piece begins so far left of the first that it is prose after verse.
fn is_outdented(piece: &Piece, first: &Piece) -> bool {
    match (piece.bbox(), first.bbox(), first.lines.first().and_then(|line| line.bbox)) {
        (Some(piece), Some(first), Some(line)) => {
            f64::from(piece.x) < f64::from(first.x) - MAX_OUTDENT_HEIGHTS * f64::from(line.height)
        }
        _ => false,
    }
}

/// The edges of a text.
#[derive(Debug, Clone, Copy)]
struct TextEdges {
    right_px: f64,
    width_px: f64,
}

/// What tells lines of verse from prose.
#[derive(Debug, Clone, Copy)]
struct Lines {
    count: usize,
    begin_with_capital: usize,
    /// Those that reach the right edge of the text.
    full: usize,
    end_in_hyphen: bool,
    /// Those that hold a whole quotation from their beginning, as the lines of a dialogue do.
    speeches: usize,
    /// The first and the last end of the lines but the last one, which is short in prose as well; px.
    ends_px: (f64, f64),
    last_end_px: f64,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            count: 0,
            begin_with_capital: 0,
            full: 0,
            end_in_hyphen: false,
            speeches: 0,
            ends_px: (f64::MAX, f64::MIN),
            last_end_px: 0.0,
        }
    }
}

impl Lines {
    /// The lines of a piece; `None` if the position of one is unknown.
    fn of(piece: &Piece, text: TextEdges) -> Option<Self> {
        let mut lines = Self::default();
        for (at, line) in piece.lines.iter().enumerate().filter(|(at, _)| !is_turnover(piece, *at)) {
            let end = f64::from(line.bbox?.right());
            let is_turned_over = is_turnover(piece, at + 1);
            lines.add(&Self {
                count: 1,
                begin_with_capital: usize::from(begins_with_capital(&line.text)),
                full: usize::from(end > text.right_px - 0.06 * text.width_px && !is_turned_over),
                end_in_hyphen: line.text.ends_with('-') && !is_turned_over,
                speeches: usize::from(is_speech(&line.text)),
                last_end_px: end,
                ..Self::default()
            });
        }
        Some(lines)
    }

    /// Adds lines below these.
    fn add(&mut self, below: &Self) {
        let (mut first, mut last) = self.ends_px;
        if self.count > 0 {
            (first, last) = (first.min(self.last_end_px), last.max(self.last_end_px));
        }
        *self = Self {
            count: self.count + below.count,
            begin_with_capital: self.begin_with_capital + below.begin_with_capital,
            full: self.full + below.full,
            end_in_hyphen: self.end_in_hyphen || below.end_in_hyphen,
            speeches: self.speeches + below.speeches,
            ends_px: (first.min(below.ends_px.0), last.max(below.ends_px.1)),
            last_end_px: below.last_end_px,
        };
    }

    /// Whether the lines of one piece may be part of verse.
    fn may_be_verse(&self) -> bool {
        self.begin_with_capital as f64 >= MIN_CAPITALS_RATIO * self.count as f64
            && 2 * self.full <= self.count
            && !self.end_in_hyphen
    }

    fn are_verse(&self, text: TextEdges) -> bool {
        let (mut first, mut last) = self.ends_px;
        if self.count <= 2 {
            (first, last) = (first.min(self.last_end_px), last.max(self.last_end_px));
        }
        let is_ragged = last - first >= MIN_RAGGED_RATIO * text.width_px;
        text.width_px > 0.0
            && self.begin_with_capital as f64 >= MIN_CAPITALS_RATIO * self.count as f64
            && self.full as f64 <= MAX_FULL_RATIO * self.count as f64
            && (self.count >= FEW_LINES || is_ragged)
            && 2 * self.speeches < self.count
    }
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

/// Whether a line is the end of a verse that was too long for the column: it is indented more than the line before, and begins with a small letter.
fn is_turnover(piece: &Piece, at: usize) -> bool {
    let Some([before, line]) = at.checked_sub(1).and_then(|before| piece.lines.get(before..=at)) else { return false };
    let (Some(before), Some(bbox)) = (before.bbox, line.bbox) else { return false };
    let is_deeper = f64::from(bbox.x) >= f64::from(before.x) + MIN_TURNOVER_HEIGHTS * f64::from(bbox.height);
    is_deeper && line.text.starts_with(char::is_lowercase)
}

/// A turnover is indented by at least this, in heights of a line.
const MIN_TURNOVER_HEIGHTS: f64 = 1.0;

/// `“No,” said he.`
fn is_speech(text: &str) -> bool {
    text.strip_prefix(['“', '"', '„']).is_some_and(|rest| rest.contains(['”', '"', '“']))
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
    fn prose_after_verse_is_not_part_of_it() {
        let verse: Vec<String> = (0..12).map(|line| format!("The lamp goes over row {line}")).collect();
        let verse = verse.join("\n");
        for prose in [
            "He put the lamp down and\nwent up the stairs to his\nroom.",
            "He put the lamp down and went to bed, and did not read any more of it that day.",
        ] {
            assert_eq!(verse_at(&pieces_at(&[(&verse, 100), (prose, 750)]), 100.0, 900.0), 1, "{prose}");
        }
        let mut pieces = pieces_at(&[(&verse, 100), ("He went to bed.", 750)]);
        let bbox = pieces[1].lines[0].bbox.as_mut().unwrap();
        bbox.x -= 60;
        assert_eq!(verse_at(&pieces, 100.0, 900.0), 1);
    }

    #[test]
    fn dialogue_is_not_verse() {
        let dialogue = [("“No,” said he.", 100), ("“Why not?”", 150), ("“Because.”", 200), ("“But why?”", 250)];
        assert_eq!(verse_at(&pieces_at(&dialogue), 100.0, 900.0), 0);
        let two_by_two = [("“No,” said he.\n“Why not?”", 100), ("“Because.”\n“But why?”", 200)];
        assert_eq!(verse_at(&pieces_at(&two_by_two), 100.0, 900.0), 0);
    }

    #[test]
    fn verse_may_be_longer_than_its_column() {
        let mut pieces = pieces_at(&[(
            "The shelf that stood beside the door for all to see and never\nmoved an inch,\nHas borne a hundred books and more, of every size that men can\nprint and bind,\nAnd never asked, by night or day,\nWhat all the hundred had to say.",
            100,
        )]);
        for at in [1, 3] {
            let bbox = pieces[0].lines[at].bbox.as_mut().unwrap();
            bbox.x += 60;
        }
        assert_eq!(verse_at(&pieces, 100.0, 830.0), 1);
        for line in &mut pieces[0].lines {
            line.bbox.as_mut().unwrap().x = 200;
        }
        assert_eq!(verse_at(&pieces, 100.0, 830.0), 0);
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
