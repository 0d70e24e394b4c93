//! Footnotes in the last lines of a block of text, where OCR saw no new block.

use super::footnote::{begins_with_a_certain_mark, begins_with_a_mark, begins_with_a_misread_mark, begins_with_a_sign};
use crate::ocr::{Block, Line, OcrPage};
use crate::page_layout::{PageLayout, is_same_type_size, median, type_size_px, word_size_px};
use shelf_pages::{Bbox, LineRange};

/// Footnotes are at most this large, relative to the text above them.
const MAX_SIZE_RATIO: f64 = 0.9;
/// One line may be measured wrongly by this much.
const MAX_LINE_SIZE_RATIO: f64 = 0.94;
/// A footnote without a mark is the rest of one from the page before, and smaller than quotations may be.
const MAX_UNMARKED_SIZE_RATIO: f64 = 0.87;
/// Minimum white space above footnotes, leadings of the text.
const MIN_GAP_LEADINGS: f64 = 0.32;
/// Footnotes are compared with so many lines above them.
const MAX_COMPARED_LINES: usize = 4;
/// Shorter lines have no type size of their own, words.
const MIN_SIZED_WORDS: usize = 3;
/// Body text has at least as many words in a line.
const MIN_TEXT_WORDS: usize = 4;
/// Larger lines are headings, relative to the text.
const MAX_TEXT_SIZE_RATIO: f64 = 1.1;
/// With fewer lines of text, the column is as wide as they are.
const MIN_COLUMN_LINES: usize = 5;
/// A column is at most this wide, relative to the text of the page.
const MAX_COLUMN_RATIO: f64 = 0.7;
/// A line that is indented, or ends before the right edge, by this many type sizes of the text begins or ends a paragraph.
const MIN_INDENT: f64 = 0.35;
const MIN_SHORT: f64 = 1.5;
/// A quotation is indented at both sides by more, type sizes.
const MIN_QUOTE_INDENT: f64 = 0.6;
/// The first line of a paragraph is indented by less, type sizes.
const MAX_PARAGRAPH_INDENT: f64 = 2.2;
/// The white between the columns of a table, type sizes.
const MIN_COLUMN_GAP: f64 = 1.3;

/// The type size of a page's text, and where its column is, px.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextType {
    size: f64,
    leading: f64,
    left: f64,
    right: f64,
}

impl TextType {
    /// `None` on a page without text.
    pub(super) fn of(page: &OcrPage, layout: &PageLayout) -> Option<Self> {
        let lines = page.blocks.iter().flat_map(|block| &block.paragraphs).flat_map(|paragraph| &paragraph.lines);
        let is_text = |line: &&Line| {
            let height = median(line.words.iter().map(|word| f64::from(word.bbox.height)));
            line.words.len() >= MIN_TEXT_WORDS
                && height.is_some_and(|height| is_same_type_size(height, layout.body_height_px))
        };
        let words = lines.clone().filter(is_text).flat_map(|line| &line.words);
        let size = median(words.filter_map(word_size_px))?;
        let is_of_size = |line: &&Line| {
            type_size_px(line, MIN_TEXT_WORDS)
                .is_some_and(|own| (MAX_LINE_SIZE_RATIO..MAX_TEXT_SIZE_RATIO).contains(&(own / size)))
        };
        let column: Vec<Bbox> = lines.filter(is_of_size).map(|line| line.bbox).collect();
        let column = Bbox::bounding(column.iter().copied()).filter(|_| column.len() < MIN_COLUMN_LINES);
        Some(Self {
            size,
            leading: layout.leading_px,
            left: column.map_or(layout.text_left_px, |column| f64::from(column.x)),
            right: column.map_or(layout.text_right_px, |column| f64::from(column.right())),
        })
    }

    /// The same with the edges of the column that a block is in, if the page has columns.
    pub(super) fn in_column_of(&self, block: &Block, page: &OcrPage) -> Self {
        let is_in_column = |other: &&Block| {
            let common = block.bbox.right().min(other.bbox.right()).saturating_sub(block.bbox.x.max(other.bbox.x));
            2 * common > block.bbox.width.max(other.bbox.width)
        };
        let blocks = page.blocks.iter().filter(is_in_column);
        let lines = blocks.flat_map(|block| &block.paragraphs).flat_map(|paragraph| &paragraph.lines);
        let is_of_size = |line: &&Line| {
            let size = type_size_px(line, MIN_TEXT_WORDS);
            size.is_some_and(|own| (MAX_LINE_SIZE_RATIO..MAX_TEXT_SIZE_RATIO).contains(&(own / self.size)))
        };
        let lines: Vec<Bbox> = lines.filter(is_of_size).map(|line| line.bbox).collect();
        match Bbox::bounding(lines.iter().copied()).filter(|_| lines.len() >= MIN_COLUMN_LINES) {
            Some(column) if f64::from(column.width) < MAX_COLUMN_RATIO * (self.right - self.left) => {
                Self { left: f64::from(column.x), right: f64::from(column.right()), ..*self }
            }
            _ => *self,
        }
    }

    /// The median type size of lines, relative to the text; `None` without words.
    pub(super) fn ratio<'l>(&self, lines: impl IntoIterator<Item = &'l Line>) -> Option<f64> {
        let words = lines.into_iter().flat_map(|line| &line.words);
        Some(median(words.filter_map(word_size_px))? / self.size)
    }

    /// Whether a line is in smaller type than the text; `None` if it is too short to tell.
    pub(super) fn is_small(&self, line: &Line) -> Option<bool> {
        Some(type_size_px(line, MIN_SIZED_WORDS)? <= MAX_LINE_SIZE_RATIO * self.size)
    }

    fn gap(&self, above: &Line, below: &Line) -> f64 {
        (f64::from(below.bbox.y) - f64::from(above.bbox.bottom())) / self.leading
    }
}

/// What is above a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Above<'l> {
    /// The last line.
    pub(super) line: &'l Line,
    /// Whether it is one of a footnote.
    pub(super) is_footnote: bool,
}

/// The first line of the footnotes at the end of `lines`, which are those of a block; `None` without footnotes. Nothing but footnotes may be below it.
pub(super) fn first_footnote_line(above: Option<Above>, lines: &[&Line], text: &TextType) -> Option<usize> {
    let is_large = |line: &Line| text.is_small(line) == Some(false);
    let last_large = lines.iter().rposition(|line| is_large(line));
    let first_small = last_large.map_or(0, |last| last + 1);
    if first_small == 0 && above.is_some_and(|above| above.is_footnote) && !is_table(lines, text) {
        return Some(0);
    }
    (first_small..lines.len()).find(|at| {
        let (before, notes) = lines.split_at(*at);
        let before = match above {
            Some(above) if before.is_empty() => vec![above.line],
            _ => before[before.len().saturating_sub(MAX_COMPARED_LINES)..].to_vec(),
        };
        begins_footnotes(&before, notes, text)
    })
}

fn begins_footnotes(before: &[&Line], notes: &[&Line], text: &TextType) -> bool {
    let (Some(last), Some(first)) = (before.last(), notes.first()) else { return false };
    let Some(ratio) = text.ratio(notes.iter().copied()).filter(|ratio| *ratio <= MAX_SIZE_RATIO) else { return false };
    let is_below_larger = text.ratio(before.iter().copied()).is_none_or(|before| ratio <= MAX_LINE_SIZE_RATIO * before);
    if is_table(notes, text) {
        return false;
    }
    let begin = first.text();
    let has_gap = text.gap(last, first) >= MIN_GAP_LEADINGS;
    let is_certain = begins_with_a_certain_mark(&begin);
    let is_followed = is_followed_by_footnotes(notes, text);
    let is_marked = begins_with_a_mark(&begin) || (has_gap && is_followed);
    let may_be_marked = is_marked || begins_with_a_misread_mark(&begin);
    let paragraph = &notes[..paragraph_end(notes, text)];
    let is_quotation = is_indented_at_both_sides(paragraph, text);
    // A few words are measured less well, but a short last line of the text is not small.
    let is_first_small = type_size_px(first, 1).is_some_and(|size| size <= MAX_LINE_SIZE_RATIO * text.size);
    let is_small = ratio <= MAX_UNMARKED_SIZE_RATIO && is_first_small;
    match (is_below_larger, has_gap) {
        _ if is_certain => is_below_larger || has_gap,
        (true, true) if may_be_marked => is_marked || !is_quotation,
        (true, true) => is_small && (is_flush(paragraph, text) || begins_paragraph(paragraph, text)),
        (true, false) => (is_marked && !is_quotation) || (is_followed && is_small && is_at_left(first, text)),
        (false, true) => is_marked || (may_be_marked && !is_quotation),
        (false, false) => false,
    }
}

/// Whether a line after the first certainly begins a footnote, in the type of the lines before it: the mark of the first one was not read.
fn is_followed_by_footnotes(notes: &[&Line], text: &TextType) -> bool {
    let marked = (1..notes.len()).find(|at| begins_with_a_certain_mark(&notes[*at].text()));
    marked.is_some_and(|marked| {
        let (first, others) = notes.split_at(marked);
        let ratios = (text.ratio(first.iter().copied()), text.ratio(others.iter().copied()));
        matches!(ratios, (Some(first), Some(others)) if first <= MAX_SAME_SIZE_RATIO * others)
    })
}

/// Footnotes of a page have the same type size, up to this ratio.
const MAX_SAME_SIZE_RATIO: f64 = 1.06;

/// The lines of footnotes, one range for each note: it begins with a mark where a paragraph begins.
pub(super) fn divide_footnotes(lines: &[&Line], first: usize) -> Vec<LineRange> {
    let size = median(lines[first..].iter().flat_map(|line| &line.words).filter_map(word_size_px)).unwrap_or(1.0);
    let edges = Bbox::bounding(lines[first..].iter().map(|line| line.bbox));
    let (left, right) = edges.map_or((0.0, 0.0), |bbox| (f64::from(bbox.x), f64::from(bbox.right())));
    let begins = |at: usize| {
        let begin = lines[at].text();
        let indent = f64::from(lines[at].bbox.x) - left;
        let is_indented = indent >= MIN_INDENT * size && indent < 6.0 * size;
        let is_short = f64::from(lines[at - 1].bbox.right()) < right - MIN_SHORT * size;
        let is_ended = lines[at - 1].text().trim_end().ends_with(['.', ')', '!', '?', '”', '"']);
        begins_with_a_sign(&begin)
            || (begins_with_a_certain_mark(&begin) && is_ended)
            || (begins_with_a_mark(&begin) && is_ended && (is_indented || is_short))
            || (begins_with_a_misread_mark(&begin) && is_ended && is_indented)
    };
    let mut starts = vec![first];
    starts.extend((first + 1..lines.len()).filter(|at| begins(*at)));
    let ends = starts[1..].iter().copied().chain([lines.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| LineRange { first: *start as u32, count: (end - start) as u32 })
        .collect()
}

/// The number of lines until the next one that is indented more, or below a wide gap.
fn paragraph_end(lines: &[&Line], text: &TextType) -> usize {
    let is_next = |pair: &[&Line]| text.gap(pair[0], pair[1]) >= MIN_GAP_LEADINGS;
    lines.windows(2).position(is_next).map_or(lines.len(), |at| at + 1)
}

fn is_indented_at_both_sides(lines: &[&Line], text: &TextType) -> bool {
    let indent = MIN_QUOTE_INDENT * text.size;
    lines.len() > 1
        && lines.iter().all(|line| {
            f64::from(line.bbox.x) > text.left + indent && f64::from(line.bbox.right()) < text.right - indent
        })
}

/// Whether the first line is indented as that of a paragraph: a footnote whose mark was not read.
fn begins_paragraph(lines: &[&Line], text: &TextType) -> bool {
    let indent = (f64::from(lines[0].bbox.x) - text.left) / text.size;
    (0.0..MAX_PARAGRAPH_INDENT).contains(&indent) && !is_indented_at_both_sides(lines, text)
}

fn is_at_left(line: &Line, text: &TextType) -> bool {
    f64::from(line.bbox.x) < text.left + MIN_QUOTE_INDENT * text.size
}

/// Whether the lines reach both edges of the column.
fn is_flush(lines: &[&Line], text: &TextType) -> bool {
    let near = MIN_QUOTE_INDENT * text.size;
    lines.iter().any(|line| is_at_left(line, text))
        && lines.iter().any(|line| f64::from(line.bbox.right()) > text.right - near)
}

/// Whether most lines are split into columns.
fn is_table(lines: &[&Line], text: &TextType) -> bool {
    let is_split = |line: &&&Line| {
        let white = |pair: &[shelf_pages::Word]| f64::from(pair[1].bbox.x) - f64::from(pair[0].bbox.right());
        line.words.windows(2).any(|pair| white(pair) > MIN_COLUMN_GAP * text.size)
    };
    2 * lines.iter().filter(is_split).count() > lines.len()
}
