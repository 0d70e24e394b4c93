use shelf_pages::{Bbox, CharRange, Classification, Join, LinesKind, ParagraphStart, Passage, Span};

/// A paragraph on a page, or lines of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) role: Role,
    pub(super) classification: Classification,
    /// Its lines, at least one.
    pub(super) lines: Vec<PieceLine>,
    /// Whether an initial stands before it, so that its first line is shorter.
    pub(super) has_initial: bool,
    /// How it follows the piece before it, if a person has said so.
    pub(super) start: Option<ParagraphStart>,
}

/// How a piece is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Text,
    Quotation,
    Epigraph,
    ChapterHeading,
    SectionHeading,
    Note,
    Caption,
    /// A label within a figure or map.
    Label,
    Table,
    Lines(LinesKind),
}

/// A line of a paragraph of `merged`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PieceLine {
    pub(super) page: u32,
    pub(super) block_num: u32,
    pub(super) par_num: u32,
    /// Its characters in the text of the paragraph.
    pub(super) chars: CharRange,
    /// The characters of the paragraph's text.
    pub(super) paragraph_chars: u32,
    pub(super) text: String,
    /// Its box on the upright page, if `ocr` has it.
    pub(super) bbox: Option<Bbox>,
    /// The boxes of its words, if `ocr` has as many as the text.
    pub(super) words: Vec<Bbox>,
    /// What is between it and the line before.
    pub(super) join: Join,
    /// The note whose mark the line is.
    pub(super) note: Option<u32>,
    /// Whether a person has joined it with the line before.
    pub(super) is_joined: bool,
}

impl Piece {
    pub(super) fn text(&self) -> String {
        self.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The bounding box of its lines; `None` without boxes.
    pub(super) fn bbox(&self) -> Option<Bbox> {
        Bbox::bounding(self.lines.iter().filter_map(|line| line.bbox))
    }

    /// Whether the first line is indented, compared with the lines below it, or with the left edge of the text for a single line. `None` if its
    /// position is unknown.
    pub(super) fn is_indented(&self, left_px: f64, height_px: f64) -> Option<bool> {
        let first = f64::from(self.lines.first()?.bbox?.x);
        let below = self.lines.get(1..4.min(self.lines.len()))?.iter().filter_map(|line| line.bbox);
        let left =
            below.map(|bbox| f64::from(bbox.x)).fold(None, |left: Option<f64>, x| Some(left.map_or(x, |l| l.min(x))));
        Some(first - left.unwrap_or(left_px) > INDENT_HEIGHTS * height_px)
    }

    /// Whether the last line reaches the right edge of the text; `None` if its position is unknown.
    pub(super) fn fills_last_line(&self, right_px: f64, height_px: f64) -> Option<bool> {
        let last = f64::from(self.lines.last()?.bbox?.right());
        let above = self.lines.iter().rev().skip(1).take(3).filter_map(|line| line.bbox);
        let right = above
            .map(|bbox| f64::from(bbox.right()))
            .fold(None, |right: Option<f64>, x| Some(right.map_or(x, |r| r.max(x))));
        Some(last > right.unwrap_or(right_px) - 2.0 * height_px)
    }

    /// Its text as a passage.
    pub(super) fn passage(&self) -> Passage {
        passage(&self.lines)
    }
}

/// An indent is wider than this, in heights of a line.
const INDENT_HEIGHTS: f64 = 0.55;

/// The spans of lines: consecutive lines of a paragraph are one span.
pub(super) fn passage(lines: &[PieceLine]) -> Passage {
    let mut spans: Vec<(Span, u32)> = Vec::new();
    for line in lines {
        if let Some((last, _)) = spans.last_mut()
            && let Some(chars) = &mut last.chars
            && (last.page, last.block_num, last.par_num) == (line.page, line.block_num, line.par_num)
            && chars.end + 1 == line.chars.start
            && line.join == Join::Space
            && (last.note, line.note) == (None, None)
        {
            chars.end = line.chars.end;
            continue;
        }
        spans.push((line.span(), line.paragraph_chars));
    }
    let whole = |(mut span, length): (Span, u32)| {
        if span.chars == Some(CharRange { start: 0, end: length }) {
            span.chars = None;
        }
        span
    };
    Passage { spans: spans.into_iter().map(whole).collect() }
}

impl PieceLine {
    fn span(&self) -> Span {
        Span {
            page: self.page,
            block_num: self.block_num,
            par_num: self.par_num,
            chars: Some(self.chars),
            join: self.join,
            note: self.note,
        }
    }

    /// The part of the line between two of its characters. Its box is known if it consists of whole words.
    pub(super) fn part(&self, start: u32, end: u32) -> Self {
        let chars = CharRange { start: self.chars.start + start, end: self.chars.start + end };
        let letters: Vec<char> = self.text.chars().collect();
        let (start, end) = (start as usize, (end as usize).min(letters.len()));
        let text: String = letters[start..end].iter().collect();
        let is_edge = |at: usize| {
            at == 0 || at == letters.len() || letters[at - 1].is_whitespace() || letters[at].is_whitespace()
        };
        let count = |text: &[char]| text.split(|c| c.is_whitespace()).filter(|word| !word.is_empty()).count();
        let (before, inside) = (count(&letters[..start]), count(&letters[start..end]));
        let words = if is_edge(start) && is_edge(end) { self.words.get(before..before + inside) } else { None };
        let words = words.map(<[Bbox]>::to_vec).unwrap_or_default();
        let bbox = Bbox::bounding(words.iter().copied()).or(self.bbox);
        Self { chars, text, bbox, words, ..self.clone() }
    }

    pub(super) fn char_count(&self) -> u32 {
        self.chars.end - self.chars.start
    }
}
