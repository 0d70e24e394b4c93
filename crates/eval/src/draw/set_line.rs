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
    Paragraph::new(text, font, shape.alignment).lines_from(0, shape).map(|(line, _)| line).collect()
}

/// Lines beside a drop capital.
const LINES_BESIDE: usize = 2;

/// The lines of a paragraph that begins with a drop capital. The rest of its first word is in capitals.
pub(crate) fn set_with_drop_capital(text: &str, font: Font, shape: Shape) -> Vec<SetLine> {
    let mut letters = text.chars();
    let Some(initial) = letters.next().map(String::from) else { return Vec::new() };
    let rest = letters.as_str();
    let (word, others) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
    let paragraph = Paragraph::new(&(word.to_uppercase() + others), font, shape.alignment);
    let capital = font.drop_capital();
    let width = capital.width(&initial);
    let beside = Shape { width: shape.width - width, left: shape.left + width, indent: 0.0, ..shape };
    let mut lines = Vec::new();
    let mut next = 0;
    for (line, end) in paragraph.lines_from(0, beside).take(LINES_BESIDE) {
        lines.push(line);
        next = end;
    }
    lines.extend(paragraph.lines_from(next, Shape { indent: 0.0, ..shape }).map(|(line, _)| line));
    if let Some(line) = lines.first_mut() {
        let initial = (initial, capital);
        match line.words.first_mut().filter(|_| !word.is_empty()) {
            Some(first) => {
                first.runs.insert(0, initial);
                first.x = shape.left;
            }
            None => line.words.insert(0, SetWord { x: shape.left, runs: vec![initial] }),
        }
    }
    lines
}

/// A text in pieces between which its lines may end.
struct Paragraph {
    words: Vec<Word>,
    pieces: Vec<Breakable>,
    font: Font,
}

impl Paragraph {
    fn new(text: &str, font: Font, alignment: Alignment) -> Self {
        let splitting = match alignment {
            Alignment::Justified => Splitting::Syllables,
            Alignment::Ragged => Splitting::Never,
        };
        let words = words_of(text, font.style, splitting);
        let pieces = words.iter().flat_map(|word| breakables(word, font)).collect();
        Self { words, pieces, font }
    }

    /// The lines from a piece on, each with the number of the piece after its last.
    fn lines_from(&self, first: usize, shape: Shape) -> impl Iterator<Item = (SetLine, usize)> {
        let Self { pieces, font, .. } = self;
        let column = Column {
            width: shape.width,
            indent: shape.indent,
            space: font.space(),
            hyphen: font.width("-"),
            alignment: shape.alignment,
            compound_hyphens: shape.compound_hyphens,
        };
        let mut start = first;
        break_lines(&pieces[first..], &column).into_iter().map(move |end| {
            let end = first + end;
            let indent = if start == first { shape.indent } else { 0.0 };
            let words = words_between(&self.words, start, end, *font);
            let justified = shape.alignment == Alignment::Justified && end < pieces.len();
            let mut line = set_line(words, *font, justified.then_some(shape.width - indent), shape.width - indent);
            line.end = pieces[end - 1].end.unwrap_or(LineEnd::Space);
            line.shift(shape.left + indent);
            start = end;
            (line, end)
        })
    }
}

/// Rows of cells in columns, in the middle of `width`.
pub(crate) fn set_columns(rows: &[Vec<String>], font: Font, width: f32) -> Vec<SetLine> {
    /// Space between columns, em.
    const GUTTER_EM: f32 = 2.5;
    let set = |cell: &str| {
        let words = words_of(cell, font.style, Splitting::Never);
        set_line(whole_words(&words, font), font, None, width)
    };
    let cells: Vec<Vec<SetLine>> = rows.iter().map(|row| row.iter().map(|cell| set(cell)).collect()).collect();
    let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<f32> = (0..columns)
        .map(|column| cells.iter().filter_map(|row| row.get(column)).map(SetLine::width).fold(0.0, f32::max))
        .collect();
    let gutter = GUTTER_EM * font.em;
    let left = (width - widths.iter().sum::<f32>() - gutter * columns.saturating_sub(1) as f32) / 2.0;
    let row = |cells: Vec<SetLine>| {
        let mut x = left;
        let mut line = SetLine { words: Vec::new(), end: LineEnd::Space, leading: font.leading };
        for (mut cell, width) in cells.into_iter().zip(&widths) {
            cell.shift(x);
            line.words.append(&mut cell.words);
            x += width + gutter;
        }
        line
    };
    cells.into_iter().map(row).collect()
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
    use super::{
        Alignment, Font, FontStyle, LineEnd, Shape, set_apart, set_centred, set_columns, set_paragraph,
        set_with_drop_capital,
    };

    const BODY: Font = Font { style: FontStyle::Roman, em: 40.0, leading: 60.0, tracking: 0.0, lowered: 0.0 };
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
    fn two_lines_are_beside_a_drop_capital() {
        let shape = Shape { indent: 0.0, ..shape(Alignment::Justified) };
        let lines = set_with_drop_capital(TEXT, BODY, shape);
        assert!(lines.len() > 3 && lines[0].text().starts_with("WHOEVER has carried"), "{}", lines[0].text());
        let first = &lines[0].words[0];
        assert_eq!((first.x, first.runs[0].0.as_str()), (50.0, "W"));
        assert!(lines[1].words[0].x > 50.0 + BODY.leading, "{}", lines[1].words[0].x);
        assert!((lines[2].words[0].x - 50.0).abs() < 0.01);
        for line in &lines[1..lines.len() - 1] {
            assert!((line.words[0].x + line.width() - 750.0).abs() < 0.1, "{}", line.text());
        }
        let single = set_with_drop_capital("A shelf is patient.", BODY, shape);
        assert_eq!(single[0].text(), "A shelf is patient.");
    }

    #[test]
    fn cells_of_a_column_begin_at_one_place() {
        let rows = [["a", "long cell"], ["a longer one", "b"]].map(|row| row.map(str::to_owned).to_vec());
        let lines = set_columns(&rows, BODY, 900.0);
        assert_eq!(lines[0].text(), "a long cell");
        assert!((lines[0].words[1].x - lines[1].words[3].x).abs() < f32::EPSILON);
        assert!(lines[0].words[0].x > 0.0 && lines[1].words[2].x < lines[1].words[3].x - 2.0 * BODY.em);
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
