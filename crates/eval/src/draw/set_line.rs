use super::font::{Font, FontStyle};
use super::line_breaking::{Breakable, Column, break_lines};
use super::words::{Splitting, Word, words_of};
use super::{Alignment, LineEnd};

/// A line whose words have positions relative to the column's left edge.
#[derive(Debug, Clone)]
pub(crate) struct SetLine {
    pub(crate) words: Vec<SetWord>,
    pub(crate) end: LineEnd,
    pub(crate) leading: f32,
}

#[derive(Debug, Clone)]
pub(crate) struct SetWord {
    /// px from the column's left end.
    pub(crate) x: f32,
    /// Text and type of its runs, from left to right.
    pub(crate) runs: Vec<(String, Font)>,
}

impl SetWord {
    pub(crate) fn text(&self) -> String {
        self.runs.iter().map(|(text, _)| text.as_str()).collect()
    }

    fn width(&self) -> f32 {
        self.runs.iter().map(|(text, font)| font.width(text)).sum()
    }
}

impl SetLine {
    pub(crate) fn text(&self) -> String {
        let words: Vec<String> = self.words.iter().map(SetWord::text).collect();
        words.join(" ")
    }

    /// From the first word's left end to the last one's right end, px.
    pub(crate) fn width(&self) -> f32 {
        match (self.words.first(), self.words.last()) {
            (Some(first), Some(last)) => last.x + last.width() - first.x,
            _ => 0.0,
        }
    }

    /// Moves the line to the right, px.
    pub(crate) fn shift(&mut self, by: f32) {
        for word in &mut self.words {
            word.x += by;
        }
    }
}

/// The height of lines, px.
pub(crate) fn height(lines: &[SetLine]) -> f32 {
    lines.iter().map(|line| line.leading).sum()
}

/// The shape of a paragraph.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// px.
    pub(crate) width: f32,
    /// px from the column's left end to the lines'.
    pub(crate) left: f32,
    /// px by which the first line is shorter.
    pub(crate) indent: f32,
    pub(crate) alignment: Alignment,
    /// See [`PageFormat::compound_hyphens`](super::PageFormat::compound_hyphens).
    pub(crate) compound_hyphens: f32,
}

/// The lines of a paragraph.
pub(crate) fn set_paragraph(text: &str, font: Font, shape: Shape) -> Vec<SetLine> {
    let splitting = match shape.alignment {
        Alignment::Justified => Splitting::Syllables,
        Alignment::Ragged => Splitting::Never,
    };
    let words = words_of(text, font.style, splitting);
    let pieces: Vec<Breakable> = words.iter().flat_map(|word| breakables(word, font)).collect();
    let column = Column {
        width: shape.width,
        indent: shape.indent,
        space: font.space(),
        hyphen: font.width("-"),
        alignment: shape.alignment,
        compound_hyphens: shape.compound_hyphens,
    };
    let mut start = 0;
    break_lines(&pieces, &column)
        .into_iter()
        .map(|end| {
            let indent = if start == 0 { shape.indent } else { 0.0 };
            let words = words_between(&words, start, end, font);
            let justified = shape.alignment == Alignment::Justified && end < pieces.len();
            let mut line = set_line(words, font, justified.then_some(shape.width - indent), shape.width - indent);
            line.end = pieces[end - 1].end.unwrap_or(LineEnd::Space);
            line.shift(shape.left + indent);
            start = end;
            line
        })
        .collect()
}

/// Ragged lines, each in the middle of `width`. A line break in the text stays one.
pub(crate) fn set_centred(text: &str, font: Font, width: f32) -> Vec<SetLine> {
    let shape = Shape { width, left: 0.0, indent: 0.0, alignment: Alignment::Ragged, compound_hyphens: 0.0 };
    let mut lines: Vec<SetLine> = text.lines().flat_map(|text| set_paragraph(text, font, shape)).collect();
    for line in &mut lines {
        // The space after the last letter is not ink, so that spaced capitals would hang to the left.
        line.shift((width - (line.width() - font.tracking)) / 2.0);
    }
    lines
}

/// One line with text at both ends of `width`.
pub(crate) fn set_apart(left: &str, right: &str, font: Font, width: f32) -> Option<SetLine> {
    let all = |text| words_of(text, font.style, Splitting::Never);
    let set = |words: Vec<Word>| set_line(whole_words(&words, font), font, None, width);
    let (mut line, mut end) = (set(all(left)), set(all(right)));
    end.shift(width - end.width());
    line.words.append(&mut end.words);
    (!line.words.is_empty()).then_some(line)
}

/// Words side by side: over the whole of `fill` if that is given, else with spaces of their own, a little narrower where
/// the line would not fit into `width`.
fn set_line(runs: Vec<Vec<(String, Font)>>, font: Font, fill: Option<f32>, width: f32) -> SetLine {
    let mut words: Vec<SetWord> = runs.into_iter().map(|runs| SetWord { x: 0.0, runs }).collect();
    let ink: f32 = words.iter().map(SetWord::width).sum();
    let gaps = words.len().saturating_sub(1).max(1) as f32;
    let space = fill.map_or_else(|| font.space().min(((width - ink) / gaps).max(0.0)), |fill| (fill - ink) / gaps);
    let mut x = 0.0;
    for word in &mut words {
        word.x = x;
        x += word.width() + space;
    }
    SetLine { words, end: LineEnd::Space, leading: font.leading }
}

fn breakables(word: &Word, font: Font) -> impl Iterator<Item = Breakable> {
    let last = word.pieces.len() - 1;
    word.pieces.iter().enumerate().map(move |(number, piece)| Breakable {
        width: font.with_style(piece.style).width(&piece.text),
        ends_word: number == last,
        end: piece.end,
    })
}

/// The runs of the words that the pieces `start..end` of a paragraph make, with the hyphen of a split at the end.
fn words_between(words: &[Word], start: usize, end: usize, font: Font) -> Vec<Vec<(String, Font)>> {
    let mut number = 0;
    let mut line = Vec::new();
    for word in words {
        let mut runs: Vec<(String, Font)> = Vec::new();
        for piece in &word.pieces {
            if (start..end).contains(&number) {
                push_run(&mut runs, &piece.text, font, piece.style);
                if number == end - 1 && piece.end == Some(LineEnd::SplitHyphen) {
                    push_run(&mut runs, "-", font, piece.style);
                }
            }
            number += 1;
        }
        if !runs.is_empty() {
            line.push(runs);
        }
    }
    line
}

fn whole_words(words: &[Word], font: Font) -> Vec<Vec<(String, Font)>> {
    let pieces = words.iter().map(|word| word.pieces.len()).sum();
    words_between(words, 0, pieces, font)
}

/// Pieces of one style are one run, so that kerning and ligatures reach over their seams.
fn push_run(runs: &mut Vec<(String, Font)>, text: &str, font: Font, style: FontStyle) {
    match runs.last_mut() {
        Some((run, last)) if last.style == style => run.push_str(text),
        _ => runs.push((text.to_owned(), font.with_style(style))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Alignment, Font, FontStyle, LineEnd, Shape, set_apart, set_centred, set_paragraph};

    const BODY: Font = Font { style: FontStyle::Roman, em: 40.0, leading: 60.0, tracking: 0.0 };
    const TEXT: &str = "Whoever has carried a bookcase up four pairs of stairs will have formed a just estimate of the \
        weight of literature, and of the self-command of those who live below.";

    fn shape(alignment: Alignment) -> Shape {
        Shape { width: 700.0, left: 50.0, indent: 60.0, alignment, compound_hyphens: 0.0 }
    }

    #[test]
    fn justified_lines_end_at_the_margin() {
        let lines = set_paragraph(TEXT, BODY, shape(Alignment::Justified));
        assert!(lines.len() > 3);
        for (number, line) in lines[..lines.len() - 1].iter().enumerate() {
            let first = line.words[0].x;
            assert!((first - if number == 0 { 110.0 } else { 50.0 }).abs() < 0.01, "{}", line.text());
            assert!((first + line.width() - 750.0).abs() < 0.1, "{}", line.text());
        }
    }

    #[test]
    fn nothing_is_lost_and_a_split_word_has_its_hyphen() {
        for alignment in [Alignment::Justified, Alignment::Ragged] {
            let lines = set_paragraph(TEXT, BODY, shape(alignment));
            let mut text = String::new();
            for line in &lines {
                text.push_str(&line.text());
                match line.end {
                    LineEnd::Space => text.push(' '),
                    LineEnd::SplitHyphen => assert_eq!(text.pop(), Some('-')),
                    LineEnd::RealHyphen | LineEnd::Dash => {}
                }
            }
            assert_eq!(text.trim_end(), TEXT);
        }
    }

    #[test]
    fn a_centred_line_has_equal_margins() {
        let line = set_centred("OF SHELVES", Font { tracking: 6.0, ..BODY }, 900.0).remove(0);
        let left = line.words[0].x;
        let right = 900.0 - (left + line.width() - 6.0);
        assert!((left - right).abs() < 0.1, "{left} {right}");
    }

    #[test]
    fn a_line_set_apart_reaches_both_ends() {
        let line = set_apart("I. Of Paper", "12", BODY, 900.0).unwrap();
        assert_eq!(line.text(), "I. Of Paper 12");
        assert!((line.width() - 900.0).abs() < 0.1 && line.words[0].x.abs() < f32::EPSILON);
        assert!(set_apart("", " ", BODY, 900.0).is_none());
    }
}
