//! Headings that OCR put into a block of text, as its first or last lines or between them.

use std::collections::BTreeMap;

use super::label_blocks::label_block;
use super::page_view::PageView;
use super::split_blocks::{SplitKind, SplitLines, SplitPage, cut, has_lines, lines};
use crate::labels::Classification;
use crate::ocr::{Block, OcrPage};
use crate::pagination::PagePagination;
use shelf_pages::LineRange;

/// White space above and below a heading within a block, in leadings.
const MIN_GAP_LEADINGS: f64 = 0.7;
/// Maximum length of a heading within a block, lines.
const MAX_LINES: u32 = 2;

/// Lines of blocks, by the number of the block.
type LinesOfBlocks = BTreeMap<u32, Vec<LineRange>>;

/// Splits blocks of text at the headings within them: lines with white space around them that would be labelled as a heading if they stood alone.
pub(super) fn split_headings(split: SplitPage, book: &PagePagination) -> SplitPage {
    let candidates = candidates(&split, &PageView::of(&split.page, book));
    if candidates.is_empty() {
        return split;
    }
    let alone = divide(&split, &candidates);
    let view = PageView::of(&alone.page, book);
    let mut headings = LinesOfBlocks::new();
    for part in alone.parts.iter().filter(|part| part.kind == SplitKind::Heading) {
        if is_heading(part.block_num, &view) {
            headings.entry(part.origin).or_default().push(part.lines);
        }
    }
    divide(&split, &headings)
}

fn is_heading(block_num: u32, page: &PageView) -> bool {
    let block = page.blocks.iter().find(|block| block.block_num == block_num);
    let label = block.map(|block| label_block(block, page).classification);
    matches!(label, Some(Classification::ChapterHeading | Classification::SectionHeading))
}

/// The few lines that white space separates from the other lines of their block of text.
fn candidates(split: &SplitPage, page: &PageView) -> LinesOfBlocks {
    let is_divided = |block: &Block| {
        let is_part =
            split.parts.iter().any(|part| part.block_num == block.block_num || part.origin == block.block_num);
        is_part || split.footnotes.contains(&block.block_num)
    };
    let is_text = |block: &&Block| !is_divided(block) && has_lines(block) && !is_heading(block.block_num, page);
    let of_block = |block: &Block| {
        let boxes: Vec<_> = lines(block).map(|line| line.bbox).collect();
        let is_gap = |at: &usize| {
            let gap = f64::from(boxes[*at].y) - f64::from(boxes[at - 1].bottom());
            gap >= MIN_GAP_LEADINGS * page.layout.leading_px
        };
        let gaps = (1..boxes.len()).filter(is_gap);
        let bounds: Vec<usize> = [0].into_iter().chain(gaps).chain([boxes.len()]).collect();
        let ranges =
            bounds.windows(2).map(|pair| LineRange { first: pair[0] as u32, count: (pair[1] - pair[0]) as u32 });
        let found: Vec<LineRange> = ranges.filter(|range| range.count <= MAX_LINES).collect();
        (bounds.len() > 2 && !found.is_empty()).then_some((block.block_num, found))
    };
    split.page.blocks.iter().filter(is_text).filter_map(of_block).collect()
}

/// The page with these lines as blocks of their own. The first lines beside them keep the number of their block; without any, the first of these do.
fn divide(split: &SplitPage, headings: &LinesOfBlocks) -> SplitPage {
    let mut next_num = split.page.blocks.iter().map(|block| block.block_num).max().unwrap_or_default() + 1;
    let mut parts = split.parts.clone();
    let mut blocks = Vec::new();
    for block in &split.page.blocks {
        let Some(headings) = headings.get(&block.block_num) else {
            blocks.push(block.clone());
            continue;
        };
        let total = lines(block).count() as u32;
        let segments = segments(total, headings);
        let own = segments.iter().position(|(_, kind)| *kind == SplitKind::Text).unwrap_or(0);
        for (at, (lines, kind)) in segments.into_iter().enumerate() {
            let block_num = if at == own { block.block_num } else { next_num };
            if at != own {
                parts.push(SplitLines { block_num, origin: block.block_num, lines, kind });
                next_num += 1;
            }
            blocks.push(Block { block_num, ..cut(block, lines) });
        }
    }
    SplitPage { page: OcrPage { blocks, ..split.page.clone() }, parts, footnotes: split.footnotes.clone() }
}

/// The headings among so many lines, and the text between them.
fn segments(total: u32, headings: &[LineRange]) -> Vec<(LineRange, SplitKind)> {
    let mut found = Vec::new();
    let mut next = 0;
    for heading in headings {
        found.push((LineRange { first: next, count: heading.first - next }, SplitKind::Text));
        found.push((*heading, SplitKind::Heading));
        next = heading.end();
    }
    found.push((LineRange { first: next, count: total - next }, SplitKind::Text));
    found.retain(|(lines, _)| lines.count > 0);
    found
}

#[cfg(test)]
mod tests {
    use super::super::label_page;
    use super::super::split_blocks::split_blocks;
    use super::super::test_labels::in_a_book;
    use super::*;
    use crate::ocr::Line;
    use crate::page_layout::test_pages::{block, centred, line, page, prose};

    /// The headings within the second block of a page, which consists of lines of prose, these lines and more prose.
    fn headings(before: u32, middle: &[Line], after: u32) -> Vec<(LineRange, Classification)> {
        let bottom = middle.last().map_or(400, |line| line.bbox.bottom());
        let text =
            |y: u32, rows: u32| if rows == 0 { Vec::new() } else { prose(2, y, rows).paragraphs[0].lines.clone() };
        let all = [&text(400 - 30 * before, before), middle, &text(bottom + 40, after)].concat();
        let page = page(1, vec![prose(1, 60, 3), block(2, &all), prose(3, bottom + 60 + 30 * after, 8)]);
        let (_, lines) = label_page(&page, &in_a_book());
        let is_heading =
            |of: &Classification| matches!(of, Classification::SectionHeading | Classification::ChapterHeading);
        lines
            .iter()
            .filter(|part| is_heading(&part.classification))
            .map(|part| (part.lines, part.classification))
            .collect()
    }

    #[test]
    fn heading_between_lines_of_text_is_split_from_them() {
        let heading = [centred(1000, 440, 20, "The Examination")];
        let range = |first| LineRange { first, count: 1 };
        for (before, after, first) in [(4, 4, 4), (4, 0, 4), (0, 4, 0), (1, 0, 1)] {
            assert_eq!(
                headings(before, &heading, after),
                [(range(first), Classification::SectionHeading)],
                "{before}, {after}"
            );
        }
    }

    #[test]
    fn every_block_has_a_label_even_if_all_its_lines_are_headings() {
        let titles = [centred(1000, 400, 20, "The Examination"), centred(1000, 460, 20, "Of the Second Day")];
        let page = page(1, vec![prose(1, 60, 8), block(2, &titles), prose(3, 540, 8)]);
        let alone = divide(
            &split_blocks(&page, &in_a_book()),
            &[(2, vec![LineRange { first: 0, count: 1 }, LineRange { first: 1, count: 1 }])].into(),
        );
        let numbers: Vec<u32> = alone.page.blocks.iter().map(|block| block.block_num).collect();
        assert_eq!((numbers, alone.parts.len()), (vec![1, 2, 4, 3], 1));
        let (labels, _) = label_page(&page, &in_a_book());
        assert_eq!(labels.iter().map(|label| label.block_num).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn other_lines_are_kept() {
        for text in [
            line((100, 440), 20, "the end of it."),
            line((100, 440), 20, "“And so it is,” he said,"),
            centred(1000, 440, 20, "or so,"),
        ] {
            assert_eq!(headings(4, &[text], 4), []);
        }
        let close = [centred(1000, 406, 20, "The Examination")];
        assert_eq!(headings(4, &close, 0), [], "without white space");
    }
}
