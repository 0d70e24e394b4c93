use crate::ocr::{Block, Line, OcrPage, Paragraph};
use crate::page_layout::PageLayout;
use crate::pagination::PagePagination;
use shelf_pages::{Bbox, LineRange};

/// A page on which lines in the header and footer zones are blocks of their own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SplitPage {
    /// The page. What is left of a block keeps its number.
    pub(super) page: OcrPage,
    /// The new blocks.
    pub(super) parts: Vec<SplitLines>,
}

/// Lines that were split from a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SplitLines {
    /// The number of the new block.
    pub(super) block_num: u32,
    /// The number of the block in `ocr`.
    pub(super) origin: u32,
    pub(super) lines: LineRange,
}

/// By how much a line may extend beyond the header or footer zone, in heights of the body text.
const TOLERANCE: f64 = 0.3;
/// A signature mark is narrower than this fraction of the text.
const MAX_SIGNATURE_WIDTH_RATIO: f64 = 0.4;
/// It begins further to the right than this fraction of the text's width.
const MIN_SIGNATURE_INDENT_RATIO: f64 = 0.12;

/// Splits the page's blocks where OCR put a running head, a page number or a signature mark into the first or last lines of a block of text.
pub(super) fn split_blocks(page: &OcrPage, book: &PagePagination) -> SplitPage {
    let layout = PageLayout::of(page, book.body_height_px);
    let lowest = page.blocks.iter().map(|block| block.bbox.bottom()).max();
    let mut next_num = page.blocks.iter().map(|block| block.block_num).max().unwrap_or_default() + 1;
    let mut parts = Vec::new();
    let mut blocks = Vec::new();
    for block in &page.blocks {
        let (head, foot) = lines_outside_text(block, book, &layout, Some(block.bbox.bottom()) == lowest);
        let total = lines(block).count() as u32;
        if head + foot == 0 || head + foot >= total {
            blocks.push(block.clone());
            continue;
        }
        let mut split = |first: u32, count: u32| {
            let lines = LineRange { first, count };
            parts.push(SplitLines { block_num: next_num, origin: block.block_num, lines });
            next_num += 1;
            Block { block_num: next_num - 1, ..cut(block, lines) }
        };
        blocks.extend((0..head).map(|at| split(at, 1)));
        blocks.push(cut(block, LineRange { first: head, count: total - head - foot }));
        blocks.extend((total - foot..total).map(|at| split(at, 1)));
    }
    SplitPage { page: OcrPage { blocks, ..page.clone() }, parts }
}

fn lines(block: &Block) -> impl DoubleEndedIterator<Item = &Line> {
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
    if block.paragraphs.iter().any(|paragraph| paragraph.lines.is_empty()) {
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
fn cut(block: &Block, range: LineRange) -> Block {
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
        assert_eq!(both.parts[1], SplitLines { block_num: 3, origin: 1, lines: LineRange { first: 41, count: 1 } });
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
        assert_eq!(split_blocks(&original, &book), SplitPage { page: original.clone(), parts: Vec::new() });
    }
}
