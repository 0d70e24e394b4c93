use super::footnote_lines::{Above, TextType, divide_footnotes, first_footnote_line};
use crate::ocr::{Block, Line, OcrPage, Paragraph};
use crate::page_layout::PageLayout;
use crate::pagination::PagePagination;
use shelf_pages::{Bbox, LineRange};

/// A page on which lines in the header and footer zones, and footnotes, are blocks of their own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SplitPage {
    /// The page. What is left of a block keeps its number.
    pub(super) page: OcrPage,
    /// The new blocks.
    pub(super) parts: Vec<SplitLines>,
    /// Blocks of `ocr` all of whose lines are footnotes; what is left of them is the first one.
    pub(super) footnotes: Vec<u32>,
}

/// Lines that were split from a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SplitLines {
    /// The number of the new block.
    pub(super) block_num: u32,
    /// The number of the block in `ocr`.
    pub(super) origin: u32,
    pub(super) lines: LineRange,
    pub(super) kind: SplitKind,
}

/// Why lines are not in the same block as the lines above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SplitKind {
    /// They are in the header or footer zone.
    OutsideText,
    /// They are a footnote, or a part of one.
    Footnote,
    /// They are a heading.
    Heading,
    /// They are the text below a heading.
    Text,
}

/// By how much a line may extend beyond the header or footer zone, in heights of the body text.
const TOLERANCE: f64 = 0.3;
/// A signature mark is narrower than this fraction of the text.
const MAX_SIGNATURE_WIDTH_RATIO: f64 = 0.4;
/// It begins further to the right than this fraction of the text's width.
const MIN_SIGNATURE_INDENT_RATIO: f64 = 0.12;

/// Splits the page's blocks where OCR put a running head, a page number, a signature mark or footnotes into the first or last lines of a block of text.
pub(super) fn split_blocks(page: &OcrPage, book: &PagePagination) -> SplitPage {
    let layout = PageLayout::of(page, book.body_height_px);
    let text = TextType::of(page, &layout);
    let lowest = page.blocks.iter().map(|block| block.bbox.bottom()).max();
    let mut next_num = page.blocks.iter().map(|block| block.block_num).max().unwrap_or_default() + 1;
    let (mut parts, mut footnotes) = (Vec::new(), Vec::new());
    // Of the footnotes so far.
    let mut last_lines: Vec<Bbox> = Vec::new();
    let mut blocks = Vec::new();
    for block in &page.blocks {
        let (head, foot) = lines_outside_text(block, book, &layout, Some(block.bbox.bottom()) == lowest);
        let total = lines(block).count() as u32;
        let (head, foot) = if head + foot >= total { (0, 0) } else { (head, foot) };
        let inner = LineRange { first: head, count: total - head - foot };
        let above = |line| Above { line, is_footnote: last_lines.contains(&line.bbox) };
        let mut notes = match text.map(|text| text.in_column_of(block, page)) {
            Some(text) if has_lines(block) && is_last_text(block, page, book, &text) => {
                footnotes_of(block, inner, line_above(block, page, book).map(above), &text)
            }
            _ => Vec::new(),
        };
        let last_line = notes.last().and_then(|note| lines(block).nth(note.end() as usize - 1));
        last_lines.extend(last_line.map(|line| line.bbox));
        let is_footnote = notes.first().is_some_and(|note| note.first == head);
        if is_footnote {
            footnotes.push(block.block_num);
        }
        let rest = if is_footnote {
            notes.remove(0)
        } else {
            LineRange { first: head, count: notes.first().map_or(inner.end(), |note| note.first) - head }
        };
        if head + foot == 0 && notes.is_empty() {
            blocks.push(block.clone());
            continue;
        }
        let mut split = |lines: LineRange, kind: SplitKind| {
            parts.push(SplitLines { block_num: next_num, origin: block.block_num, lines, kind });
            next_num += 1;
            Block { block_num: next_num - 1, ..cut(block, lines) }
        };
        let line = |at: u32| LineRange { first: at, count: 1 };
        blocks.extend((0..head).map(|at| split(line(at), SplitKind::OutsideText)));
        blocks.push(cut(block, rest));
        blocks.extend(notes.iter().map(|note| split(*note, SplitKind::Footnote)));
        blocks.extend((total - foot..total).map(|at| split(line(at), SplitKind::OutsideText)));
    }
    SplitPage { page: OcrPage { blocks, ..page.clone() }, parts, footnotes }
}

/// The footnotes in the last of these lines of a block, which begin below its text or below the line above it.
fn footnotes_of(block: &Block, inner: LineRange, above: Option<Above>, text: &TextType) -> Vec<LineRange> {
    let all: Vec<&Line> = lines(block).skip(inner.first as usize).take(inner.count as usize).collect();
    let Some(first) = first_footnote_line(above, &all, text) else { return Vec::new() };
    let notes = divide_footnotes(&all, first);
    notes.into_iter().map(|note| LineRange { first: note.first + inner.first, ..note }).collect()
}

/// The last line of the nearest block above a block in its column, without the running head.
fn line_above<'p>(block: &Block, page: &'p OcrPage, book: &PagePagination) -> Option<&'p Line> {
    let is_above = |other: &&Block| {
        let is_head = book.head_bottom_px.is_some_and(|bottom| other.bbox.y + other.bbox.height / 2 < bottom);
        other.bbox.bottom() <= block.bbox.y + block.bbox.height / 2 && !is_head && is_over(&other.bbox, &block.bbox)
    };
    let above = page.blocks.iter().filter(is_above).max_by_key(|other| other.bbox.bottom())?;
    lines(above).next_back()
}

fn is_over(a: &Bbox, b: &Bbox) -> bool {
    a.right().min(b.right()) > a.x.max(b.x)
}

/// Whether a block is above the footer zone, and nothing is below it in its column but smaller type and the foot of the page.
fn is_last_text(block: &Block, page: &OcrPage, book: &PagePagination, text: &TextType) -> bool {
    let is_below = |other: &&Block| {
        other.bbox.y > block.bbox.y + block.bbox.height / 2
            && other.block_num != block.block_num
            && is_over(&other.bbox, &block.bbox)
    };
    let is_in_footer = |other: &Block| book.foot_top_px.is_some_and(|top| other.bbox.y + other.bbox.height / 2 > top);
    // A block of text and notes is not small.
    let is_small = |other: &Block| {
        text.ratio(lines(other)).is_none_or(|ratio| ratio <= MAX_SMALL_RATIO)
            && MIN_LINES_TO_LARGE * lines(other).filter(|line| text.is_small(line) == Some(false)).count()
                <= lines(other).count()
    };
    !is_in_footer(block)
        && page
            .blocks
            .iter()
            .filter(is_below)
            .all(|other| is_in_footer(other) || is_small(other) || lines(other).count() == 1)
}

/// Type that is smaller than the text, relative to it.
const MAX_SMALL_RATIO: f64 = 0.92;

/// In a block of small type, at most one in so many lines is measured larger.
const MIN_LINES_TO_LARGE: usize = 5;

pub(super) fn has_lines(block: &Block) -> bool {
    block.paragraphs.iter().all(|paragraph| !paragraph.lines.is_empty())
}

pub(super) fn lines(block: &Block) -> impl DoubleEndedIterator<Item = &Line> {
    block.paragraphs.iter().flat_map(|paragraph| &paragraph.lines)
}

/// How many lines of a block, from its top and from its bottom, do not belong to the text. None in a page without lines.
fn lines_outside_text(block: &Block, book: &PagePagination, layout: &PageLayout, is_lowest: bool) -> (u32, u32) {
    let tolerance = TOLERANCE * layout.body_height_px;
    let middle = |bbox: &Bbox| f64::from(bbox.y) + f64::from(bbox.height) / 2.0;
    let in_header = |line: &&Line| {
        book.head_bottom_px
            .map(f64::from)
            .is_some_and(|bottom| middle(&line.bbox) < bottom && f64::from(line.bbox.bottom()) <= bottom + tolerance)
    };
    let in_footer = |line: &&Line| {
        book.foot_top_px
            .map(f64::from)
            .is_some_and(|top| middle(&line.bbox) > top && f64::from(line.bbox.y) >= top - tolerance)
    };
    if !has_lines(block) {
        return (0, 0);
    }
    let head = lines(block).take_while(in_header).count();
    let foot = lines(block).rev().take_while(in_footer).count();
    let signature = is_lowest
        && lines(block).rev().nth(foot).is_some_and(|line| {
            is_signature_mark(&line.bbox, line.words.iter().map(|word| word.text.as_str()), layout)
        });
    (head as u32, foot as u32 + u32::from(signature))
}

/// The mark of a printed sheet below the text of its first page: `B`, `C 2`, `VOL. I. 2`.
pub(super) fn is_signature_mark<'w>(bbox: &Bbox, words: impl Iterator<Item = &'w str>, layout: &PageLayout) -> bool {
    let width = layout.text_right_px - layout.text_left_px;
    let narrow = f64::from(bbox.width) < MAX_SIGNATURE_WIDTH_RATIO * width;
    let indented = f64::from(bbox.x) > layout.text_left_px + MIN_SIGNATURE_INDENT_RATIO * width;
    let words: Vec<&str> = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).collect();
    let is_number = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    let is_roman = |word: &&str| !word.is_empty() && word.chars().all(|c| "IVXLC".contains(c));
    let is_letters = |word: &&str| {
        (1..=2).contains(&word.chars().count()) && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    };
    let is_mark = match &words[..] {
        [volume, number] if volume.eq_ignore_ascii_case("vol") => is_roman(number) || is_number(number),
        [volume, number, sheet] if volume.eq_ignore_ascii_case("vol") => {
            (is_roman(number) || is_number(number)) && (is_number(sheet) || is_letters(sheet))
        }
        [letter] => is_letters(letter) && letter.starts_with(|c: char| c.is_ascii_uppercase()),
        [letter, leaf] => is_letters(letter) && letter.starts_with(|c: char| c.is_ascii_uppercase()) && is_number(leaf),
        _ => false,
    };
    narrow && indented && is_mark
}

/// These lines of a block.
pub(super) fn cut(block: &Block, range: LineRange) -> Block {
    let mut first = 0;
    let mut paragraphs = Vec::new();
    for paragraph in &block.paragraphs {
        let own = LineRange { first, count: paragraph.lines.len() as u32 };
        first = own.end();
        let Some(common) = own.intersection(range) else { continue };
        if common == own {
            paragraphs.push(paragraph.clone());
            continue;
        }
        let start = (common.first - own.first) as usize;
        let lines = paragraph.lines[start..start + common.count as usize].to_vec();
        let bbox = Bbox::bounding(lines.iter().map(|line| line.bbox)).unwrap_or(paragraph.bbox);
        let text = lines.iter().map(Line::text).collect::<Vec<_>>().join("\n");
        paragraphs.push(Paragraph { bbox, text, lines, ..paragraph.clone() });
    }
    let bbox = Bbox::bounding(paragraphs.iter().map(|paragraph| paragraph.bbox)).unwrap_or(block.bbox);
    Block { bbox, paragraphs, ..block.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::test_labels::in_a_book;
    use super::*;
    use crate::page_layout::test_pages::{block, centred, line, page, prose};

    /// A page of prose with more lines above and below it in the same block.
    fn split(above: &[Line], below: &[Line]) -> SplitPage {
        let prose = prose(1, 100, 40);
        let lines = [above, &prose.paragraphs[0].lines, below].concat();
        let book = PagePagination { head_bottom_px: Some(70), foot_top_px: Some(1400), ..in_a_book() };
        split_blocks(&page(1, vec![block(1, &lines)]), &book)
    }

    fn texts(page: &SplitPage) -> Vec<(u32, String)> {
        let first_line = |block: &Block| block.paragraphs[0].text.lines().next().unwrap_or_default().to_owned();
        page.page.blocks.iter().map(|block| (block.block_num, first_line(block))).collect()
    }

    #[test]
    fn running_head_and_page_number_are_split_from_the_text() {
        let both = split(&[centred(1000, 50, 18, "OF FLORIDA")], &[centred(1000, 1410, 20, "34")]);
        let found = texts(&both);
        assert_eq!((&found[0], found[1].0, &found[2]), (&(2, "OF FLORIDA".to_owned()), 1, &(3, "34".to_owned())));
        assert_eq!(
            both.parts[1],
            SplitLines {
                block_num: 3,
                origin: 1,
                lines: LineRange { first: 41, count: 1 },
                kind: SplitKind::OutsideText
            }
        );
        assert_eq!(both.page.blocks[1].paragraphs[0].lines.len(), 40);
    }

    #[test]
    fn signature_mark_is_split_but_not_the_last_line_of_the_text() {
        assert_eq!(split(&[], &[line((500, 1310), 20, "VOL. I. 2")]).parts.len(), 1);
        assert_eq!(split(&[], &[line((500, 1310), 20, "C 2")]).parts.len(), 1);
        for last in [line((100, 1310), 20, "VOL. I. 2"), line((500, 1310), 20, "the end"), line((100, 1310), 20, "I")] {
            assert_eq!(split(&[], &[last]).parts, []);
        }
    }

    #[test]
    fn blocks_in_one_zone_are_kept_whole() {
        let book = PagePagination { head_bottom_px: Some(110), ..in_a_book() };
        let head = block(4, &[centred(1000, 50, 18, "OF FLORIDA"), centred(1000, 80, 18, "34")]);
        let original = page(1, vec![head, prose(5, 200, 30)]);
        assert_eq!(
            split_blocks(&original, &book),
            SplitPage { page: original.clone(), parts: Vec::new(), footnotes: Vec::new() }
        );
    }

    const NOTE: &str =
        "some words that stand for a line of prose as wide as the column it is in, all some words that stand";

    /// The number of lines in the text and in each note, for a page of prose with lines below it in the same block; each as high, and as far to the left and below
    /// the line before as given.
    fn notes(below: &[(u32, u32, u32, &str)]) -> Vec<u32> {
        let mut y = 100 + 30 * 39;
        let lines = below.iter().map(|(x, height, advance, text)| {
            y += advance;
            line((*x, y), *height, text)
        });
        let split = split(&[], &lines.collect::<Vec<_>>());
        assert!(split.parts.iter().all(|part| part.kind == SplitKind::Footnote && part.origin == 1));
        split.parts.iter().map(|part| part.lines.count).collect()
    }

    #[test]
    fn footnotes_in_a_block_of_text_are_split_from_it() {
        let marked = |mark: &str| format!("{mark}Some words of {NOTE}");
        for (first, second) in [("* ", "† "), ("1 ", "2 "), ("1. ", "2. "), ("(1) ", "(2) "), ("’", "t"), ("¹ ", "² ")]
        {
            let (first, second) = (marked(first), marked(second) + ".");
            let below = [
                (125, 16, 45, &*first),
                (100, 16, 24, "and some words that stand for it."),
                (125, 16, 24, &*second),
                (100, 16, 24, NOTE),
            ];
            assert_eq!(notes(&below), [2, 2], "{first}");
        }
        assert_eq!(notes(&[(100, 16, 45, NOTE), (100, 16, 24, NOTE)]), [2], "the rest of a note");
        assert_eq!(notes(&[(125, 16, 45, "*Ibid.")]), [1]);
        let marked = marked("* ");
        assert_eq!(notes(&[(125, 16, 28, &marked), (100, 16, 24, NOTE)]), [2], "without a gap");
    }

    #[test]
    fn footnotes_in_a_column_are_split_from_its_text() {
        let column = |x: u32, notes: &[Line]| {
            let words = "some words of a narrow column";
            let rows = (0..20).map(|at| line((x, 100 + 30 * at), 20, words));
            rows.chain(notes.iter().cloned()).collect::<Vec<_>>()
        };
        let notes: Vec<Line> =
            (0..6).map(|at| line((560, 720 + 24 * at), 16, "®)So soon as this figure was seen")).collect();
        let verse: Vec<Line> = (0..4).map(|at| line((590, 100 + 26 * at), 16, "And this unconscious")).collect();
        let mut right = column(560, &notes);
        right.drain(..6);
        let blocks = vec![block(1, &column(100, &[])), block(2, &verse), block(3, &right)];
        let found = split_blocks(&page(1, blocks), &in_a_book());
        let counts: Vec<_> = found.parts.iter().map(|part| (part.origin, part.lines.first, part.lines.count)).collect();
        assert_eq!((found.footnotes, counts), (vec![], vec![(3, 14, 6)]));
    }

    #[test]
    fn text_in_small_type_is_not_a_footnote() {
        let quotation = "“Some words of another that are set in a little at both sides of it all";
        assert_eq!(notes(&[(140, 18, 45, quotation), (140, 18, 26, quotation)]), [] as [u32; 0]);
        let verse = [(220, 16, 45, "“Who goes to sea for pleasure"), (220, 16, 24, "Would go to hell for pastime")];
        assert_eq!(notes(&verse), [] as [u32; 0]);
        assert_eq!(notes(&[(100, 20, 45, "* Some words in the type of the text")]), [] as [u32; 0]);
        assert_eq!(notes(&[(100, 16, 28, NOTE), (100, 16, 24, NOTE)]), [] as [u32; 0], "neither a gap nor a mark");
        let cells = |y: u32, text: [&str; 3]| {
            let words: Vec<_> =
                [100, 500, 700].iter().zip(text).flat_map(|(x, cell)| line((*x, y), 16, cell).words).collect();
            Line { bbox: Bbox::bounding(words.iter().map(|word| word.bbox)).unwrap(), words }
        };
        let table = [cells(1315, ["1 Name", "12", "345"]), cells(1340, ["2 Of it", "13", "346"])];
        assert_eq!(split(&[], &table).parts, []);
    }

    #[test]
    fn block_of_footnotes_is_divided() {
        let texts = ["’The first words of a note in small type.", "tThe second words of a note.", "and they go on."];
        let lines: Vec<Line> =
            texts.iter().zip([0, 1, 2]).map(|(text, at)| line((125 - at / 2 * 25, 1340 + 24 * at), 16, text)).collect();
        let found = split_blocks(&page(1, vec![prose(1, 100, 40), block(2, &lines)]), &in_a_book());
        assert_eq!(found.footnotes, [2]);
        let part =
            SplitLines { block_num: 3, origin: 2, lines: LineRange { first: 1, count: 2 }, kind: SplitKind::Footnote };
        assert_eq!(found.parts, [part]);
    }

    #[test]
    fn footnotes_continue_in_the_next_block() {
        let lines =
            [line((125, 1298), 16, "lSome words of a note in small type."), line((125, 1322), 16, "2It is a note,")];
        let text = [prose(1, 100, 40).paragraphs[0].lines.clone(), lines.to_vec()].concat();
        let rest =
            block(2, &[line((100, 1346), 16, "and it goes on in another block."), line((125, 1370), 16, "3Ibid.")]);
        let found = split_blocks(&page(1, vec![block(1, &text), rest]), &in_a_book());
        assert_eq!((found.footnotes, found.parts.len()), (vec![2], 3));
    }

    #[test]
    fn page_number_below_footnotes_is_not_one() {
        let text =
            [prose(1, 100, 40).paragraphs[0].lines.clone(), vec![line((125, 1315), 16, "1Some words of a note.")]]
                .concat();
        let original = page(1, vec![block(1, &text), block(2, &[centred(1000, 1410, 16, "34")])]);
        let found = split_blocks(&original, &PagePagination { foot_top_px: Some(1400), ..in_a_book() });
        assert_eq!((found.footnotes, found.parts.len()), (vec![], 1));
    }

    #[test]
    fn last_line_of_the_text_is_not_a_footnote() {
        let last = line((100, 1300), 20, "and so.");
        assert_eq!(split(&[], &[last, line((125, 1340), 16, "1Some words of a note.")]).parts.len(), 1);
    }

    #[test]
    fn footnotes_below_a_quotation_in_one_block_are_split() {
        let quotation = "some words of another that stand for a line as wide as the column it is";
        let lines: Vec<Line> = (0..4).map(|at| line((130, 1330 + 27 * at), 18, quotation)).collect();
        let note = line((125, 1440), 15, "1Some words that stand for a line of a note");
        let found =
            split_blocks(&page(1, vec![prose(1, 100, 40), block(2, &[lines, vec![note]].concat())]), &in_a_book());
        let counts: Vec<_> = found.parts.iter().map(|part| (part.origin, part.lines.first, part.lines.count)).collect();
        assert_eq!((found.footnotes, counts), (vec![], vec![(2, 4, 1)]));
    }

    #[test]
    fn small_type_above_other_text_is_not_split() {
        let lines =
            [prose(1, 100, 10).paragraphs[0].lines.clone(), vec![line((125, 445), 16, "* Some words in small type")]]
                .concat();
        let original = page(1, vec![block(1, &lines), prose(2, 520, 20)]);
        assert_eq!(split_blocks(&original, &in_a_book()).parts, []);
    }
}
