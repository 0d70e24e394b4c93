use shelf_pages::{Bbox, Block, Word};

use super::binary_image::BinaryImage;
use super::connected_components::{ConnectedComponent, connected_components};
use super::residual_image::ResidualImage;

// Sizes are measured on paper.
/// Height of a letter or a word, from a small x to a large capital with a descender.
const HEIGHT_MM: std::ops::Range<f64> = 1.0..7.0;
/// The narrowest piece that counts, on paper: narrower ones are specks and punctuation.
const MIN_WIDTH_MM: f64 = 0.8;
/// Maximum gap between the letters of a word.
const MAX_LETTER_GAP_MM: f64 = 0.7;
/// Pieces of a row of text are at most this far apart.
const MAX_WORD_GAP_MM: f64 = 8.0;
/// A piece this long is a row of its own.
const MIN_ROW_MM: f64 = 10.0;
/// A piece of text has at least and at most this fraction of foreground in its box; a rule or a blot has more.
const FOREGROUND_RATIO: std::ops::Range<f64> = 0.12..0.8;
/// Pieces of one row overlap vertically by at least this fraction of the lower one's height.
const MIN_ROW_OVERLAP: f64 = 0.5;
/// Margin around words whose ink counts as read: ascenders and the ends of broken letters.
const WORD_MARGIN_MM: f64 = 0.6;
/// Width of a character where nothing was read to measure it by, on paper.
const DEFAULT_CHAR_WIDTH_MM: f64 = 1.9;
/// Dark regions at least this thick are not strokes of letters.
const MIN_SOLID_MM: f64 = 2.0;
/// Solid black this close to the start or the end of a line probably covers part of it.
const MAX_SOLID_DISTANCE_MM: f64 = 1.2;

/// Ink that is probably text and was not read.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct UnreadText {
    /// Characters in rows of ink that look like text and that no word covers, estimated from their width.
    pub(super) uncovered_chars: f64,
    /// Lines that start or end at solid black.
    pub(super) covered_lines: usize,
}

/// Finds ink that looks like text and that no word covers, and lines that solid black covers a part of. `blocks` are in px of the scan that
/// `residual` is of.
pub(super) fn find_unread_text(residual: &ResidualImage, blocks: &[Block], figures: &[Bbox]) -> UnreadText {
    let words: Vec<&Word> = words_of(blocks).collect();
    let mut image = residual.image.clone();
    for word in &words {
        image.erase(residual.with_margin(residual.map_from_scan(word.bbox), WORD_MARGIN_MM));
    }
    for figure in figures {
        image.erase(residual.map_from_scan(*figure));
    }
    let gap_px = residual.px(MAX_LETTER_GAP_MM).round() as usize;
    let pieces: Vec<Bbox> = connected_components(&image, gap_px)
        .into_iter()
        .filter(|component| looks_like_text(residual, component))
        .map(|component| component.bbox)
        .collect();
    let in_row = |piece: &&Bbox| {
        let others = pieces.iter().filter(|other| other != piece).chain(&residual.lines);
        residual.size_mm(**piece).0 >= MIN_ROW_MM
            || others.into_iter().any(|other| is_same_row(piece, other, residual.px(MAX_WORD_GAP_MM)))
    };
    let width_mm: f64 = pieces.iter().filter(in_row).map(|piece| residual.size_mm(*piece).0).sum();
    UnreadText {
        uncovered_chars: width_mm / char_width_mm(residual, &words),
        covered_lines: covered_lines(residual, &residual.page_image),
    }
}

fn words_of(blocks: &[Block]) -> impl Iterator<Item = &Word> {
    let paragraphs = blocks.iter().flat_map(|block| &block.paragraphs);
    paragraphs.flat_map(|paragraph| &paragraph.lines).flat_map(|line| &line.words)
}

/// Whether a component has the size and the foreground of a letter or a word.
pub(super) fn looks_like_text(residual: &ResidualImage, component: &ConnectedComponent) -> bool {
    let (width, height) = residual.size_mm(component.bbox);
    let foreground_ratio = component.foreground_px as f64 / component.bbox.area() as f64;
    width >= MIN_WIDTH_MM && HEIGHT_MM.contains(&height) && FOREGROUND_RATIO.contains(&foreground_ratio)
}

fn is_same_row(piece: &Bbox, other: &Bbox, max_gap_px: f64) -> bool {
    let overlap = piece.bottom().min(other.bottom()).saturating_sub(piece.y.max(other.y));
    let gap = piece.x.max(other.x).saturating_sub(piece.right().min(other.right()));
    f64::from(overlap) >= MIN_ROW_OVERLAP * f64::from(piece.height.min(other.height)) && f64::from(gap) <= max_gap_px
}

/// The mean width of a character of the words that were read, on paper.
fn char_width_mm(residual: &ResidualImage, words: &[&Word]) -> f64 {
    let chars: usize = words.iter().map(|word| word.text.chars().count()).sum();
    let width_mm: f64 = words.iter().map(|word| residual.size_mm(residual.map_from_scan(word.bbox)).0).sum();
    if chars > 20 { (width_mm / chars as f64).clamp(0.8, 4.0) } else { DEFAULT_CHAR_WIDTH_MM }
}

/// The number of lines that start or end at solid black.
fn covered_lines(residual: &ResidualImage, page: &BinaryImage) -> usize {
    let radius = (residual.px(MIN_SOLID_MM) / 2.0).ceil().max(1.0) as usize;
    let solid = page.opened(radius);
    let reach = residual.px(MAX_SOLID_DISTANCE_MM).ceil() as u32;
    let is_solid = |left: u32, right: u32, line: &Bbox| {
        let y = line.y + line.height / 2;
        (left..right).any(|x| solid.is_foreground(x as usize, y as usize))
    };
    let is_covered = |line: &&Bbox| {
        is_solid(line.x.saturating_sub(reach), line.x + 1, line)
            || is_solid(line.right().saturating_sub(1), line.right() + reach, line)
    };
    residual.lines.iter().filter(is_covered).count()
}

#[cfg(test)]
mod tests {
    use image::GrayImage;
    use shelf_pages::{Line, Paragraph};

    use super::super::binary_image::test_image;
    use super::super::decoded_scan::DecodedScan;
    use super::*;

    /// Boxes of letters, 1.5 × 2 mm at 100 dpi, in rows.
    fn letters(rows: std::ops::Range<u32>) -> Vec<Bbox> {
        let letter = |row: u32, column: u32| {
            let (x, y) = (100 + column * 9, 100 + row * 20);
            // An outline, so that it is not a blot.
            [Bbox { x, y, width: 2, height: 8 }, Bbox { x, y, width: 6, height: 2 }]
        };
        rows.flat_map(|row| (0..40).flat_map(move |column| letter(row, column))).collect()
    }

    fn block(rows: std::ops::Range<u32>) -> Block {
        let line = |row: u32| {
            let bbox = Bbox { x: 100, y: 100 + row * 20, width: 358, height: 9 };
            Line { bbox, words: vec![Word::new("x".repeat(40), bbox, 0.95)] }
        };
        let lines: Vec<Line> = rows.map(line).collect();
        let bbox = Bbox::bounding(lines.iter().map(|line| line.bbox)).unwrap();
        let paragraph = Paragraph { par_num: 1, bbox, text: "x".to_owned(), avg_confidence: 0.95, lines };
        Block { block_num: 1, bbox, paragraphs: vec![paragraph] }
    }

    fn unread(ink: &[Bbox], blocks: &[Block]) -> UnreadText {
        let image: GrayImage = test_image(560, 800, ink);
        let scan = DecodedScan { grey: image, colour: None, dpi: 100.0 };
        find_unread_text(&ResidualImage::of(&scan, blocks), blocks, &[])
    }

    #[test]
    fn page_that_was_read_has_no_unread_text() {
        assert_eq!(unread(&letters(0..10), &[block(0..10)]), UnreadText::default());
    }

    #[test]
    fn rows_without_words_are_unread_text() {
        let unread = unread(&letters(0..10), &[block(0..7)]);
        assert!((90.0..150.0).contains(&unread.uncovered_chars), "{unread:?}");
        assert_eq!(unread.covered_lines, 0);
    }

    #[test]
    fn black_bar_over_the_starts_of_lines_covers_them() {
        let mut ink = letters(0..10);
        ink.push(Bbox { x: 60, y: 0, width: 39, height: 800 });
        assert_eq!(unread(&ink, &[block(0..10)]).covered_lines, 10);
    }

    #[test]
    fn specks_and_rules_are_not_text() {
        let mut ink = letters(0..5);
        ink.push(Bbox { x: 100, y: 500, width: 300, height: 2 });
        ink.extend((0..30).map(|at| Bbox { x: 40 + at * 16, y: 600 + at % 7, width: 2, height: 2 }));
        assert_eq!(unread(&ink, &[block(0..5)]), UnreadText::default());
    }
}
