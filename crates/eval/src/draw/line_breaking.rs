use super::{Alignment, LineEnd};

/// A piece of a paragraph for line breaking: its width, and the end of a line that ends after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Breakable {
    /// px, without the space that follows a word.
    pub(crate) width: f32,
    /// The last piece of a word: a space follows where the line goes on.
    pub(crate) ends_word: bool,
    /// `None` where no line may end.
    pub(crate) end: Option<LineEnd>,
}

/// The parameters of line breaking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Column {
    /// Width of the lines, px.
    pub(crate) width: f32,
    /// How much shorter the first one is, px.
    pub(crate) indent: f32,
    /// Space between words before a line is justified, px.
    pub(crate) space: f32,
    /// Width of the hyphen that a split adds, px.
    pub(crate) hyphen: f32,
    pub(crate) alignment: Alignment,
    /// See [`PageFormat::compound_hyphens`](super::PageFormat::compound_hyphens).
    pub(crate) compound_hyphens: f32,
}

const STRETCH: f32 = 0.55;
const SHRINK: f32 = 0.3;
const SPLIT_PENALTY: f32 = 40.0;
const HYPHENS_IN_A_ROW: f32 = 6_000.0;
const COMPOUND_BONUS: f32 = 20_000.0;
const TOO_WIDE: f32 = 1e9;

/// Breaks a paragraph into the lines that are best spaced over the whole paragraph, not line by line: the least sum
/// of demerits over all ways to break it (Knuth and Plass, "Breaking paragraphs into lines", 1981, without
/// their fitness classes). Gives the number of the piece after each line's last.
pub(crate) fn break_lines(pieces: &[Breakable], column: &Column) -> Vec<usize> {
    // best[i]: least demerits of lines that end before piece i, and where the last of these lines starts.
    let mut best = vec![(f32::INFINITY, 0); pieces.len() + 1];
    best[0] = (0.0, 0);
    for end in 1..=pieces.len() {
        if pieces[end - 1].end.is_none() && end < pieces.len() {
            continue;
        }
        let mut line = Line::ending_at(end, pieces, column);
        for start in (0..end).rev() {
            line.add_before(pieces[start], column);
            let may_start = start == 0 || pieces[start - 1].end.is_some();
            if !may_start {
                continue;
            }
            let before = start.checked_sub(1).and_then(|last| pieces[last].end);
            let Some(demerits) = line.demerits(start == 0, before, column) else {
                if best[end].0.is_infinite() {
                    best[end] = (best[start].0 + TOO_WIDE, start);
                }
                break;
            };
            let total = best[start].0 + demerits;
            if total < best[end].0 {
                best[end] = (total, start);
            }
        }
    }
    let mut ends = Vec::new();
    let mut end = pieces.len();
    while end > 0 {
        ends.push(end);
        end = best[end].1;
    }
    ends.reverse();
    ends
}

/// A line that grows to the left.
struct Line {
    width: f32,
    spaces: f32,
    end: Option<LineEnd>,
    last: bool,
    empty: bool,
}

impl Line {
    fn ending_at(end: usize, pieces: &[Breakable], column: &Column) -> Self {
        let line_end = pieces[end - 1].end;
        let width = if line_end == Some(LineEnd::SplitHyphen) { column.hyphen } else { 0.0 };
        Self { width, spaces: 0.0, end: line_end, last: end == pieces.len(), empty: true }
    }

    fn add_before(&mut self, piece: Breakable, column: &Column) {
        if piece.ends_word && !self.empty {
            self.spaces += 1.0;
            self.width += column.space;
        }
        self.width += piece.width;
        self.empty = false;
    }

    /// The demerits of the line, or `None` if it is too wide.
    fn demerits(&self, first: bool, before: Option<LineEnd>, column: &Column) -> Option<f32> {
        let slack = column.width - if first { column.indent } else { 0.0 } - self.width;
        let space = self.spaces * column.space;
        let shrink = if column.alignment == Alignment::Justified { space * SHRINK } else { 0.0 };
        if slack < -shrink {
            return None;
        }
        let ratio = match column.alignment {
            _ if self.last && slack >= 0.0 => 0.0,
            Alignment::Ragged => slack / (column.width * 0.2),
            Alignment::Justified if slack < 0.0 => slack / shrink,
            Alignment::Justified => slack / (space * STRETCH).max(column.space * 0.1),
        };
        let badness = 100.0 * ratio.abs() * ratio * ratio;
        let mut demerits = (10.0 + badness) * (10.0 + badness);
        match self.end {
            Some(LineEnd::SplitHyphen) => demerits += SPLIT_PENALTY * SPLIT_PENALTY,
            Some(LineEnd::RealHyphen) => demerits -= COMPOUND_BONUS * column.compound_hyphens,
            _ => {}
        }
        let hyphen = |end: Option<LineEnd>| matches!(end, Some(LineEnd::SplitHyphen | LineEnd::RealHyphen));
        if hyphen(self.end) && hyphen(before) {
            demerits += HYPHENS_IN_A_ROW * (1.0 - column.compound_hyphens);
        }
        Some(demerits)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Alignment, Breakable, Column, LineEnd, break_lines};

    const COLUMN: Column = Column {
        width: 100.0,
        indent: 0.0,
        space: 5.0,
        hyphen: 4.0,
        alignment: Alignment::Justified,
        compound_hyphens: 0.0,
    };

    fn word(width: f32) -> Breakable {
        Breakable { width, ends_word: true, end: Some(LineEnd::Space) }
    }

    fn syllable(width: f32, end: LineEnd) -> Breakable {
        Breakable { width, ends_word: false, end: Some(end) }
    }

    #[test]
    fn a_line_is_full_when_the_next_word_does_not_fit() {
        assert_eq!(break_lines(&[word(45.0); 5], &COLUMN), [2, 4, 5]);
        let indented = Column { indent: 20.0, alignment: Alignment::Ragged, ..COLUMN };
        assert_eq!(break_lines(&[word(45.0); 5], &indented), [1, 3, 5], "the first line is shorter");
    }

    #[test]
    fn a_word_is_split_only_where_that_saves_a_gap() {
        let split = syllable(41.0, LineEnd::SplitHyphen);
        assert_eq!(break_lines(&[word(20.0), word(24.0), split, word(30.0)], &COLUMN), [3, 4]);
        let fits = [word(48.0), word(47.0), split, word(30.0)];
        assert_eq!(break_lines(&fits, &COLUMN), [2, 4]);
    }

    #[test]
    fn a_word_wider_than_the_line_has_a_line_of_its_own() {
        assert_eq!(break_lines(&[word(30.0), word(140.0), word(30.0)], &COLUMN), [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn every_piece_stands_in_one_line_and_lines_fit(widths in prop::collection::vec(1.0f32..60.0, 1..80)) {
            let pieces: Vec<Breakable> = widths.iter().map(|width| word(*width)).collect();
            let ends = break_lines(&pieces, &Column { alignment: Alignment::Ragged, ..COLUMN });
            prop_assert_eq!(*ends.last().unwrap(), pieces.len());
            let mut start = 0;
            for end in ends {
                prop_assert!(end > start);
                let words: f32 = widths[start..end].iter().sum();
                prop_assert!(words + (end - start - 1) as f32 * 5.0 <= 100.01);
                start = end;
            }
        }
    }
}
