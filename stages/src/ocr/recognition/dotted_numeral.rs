//! The page numbers i, ii and iii. Tesseract reads their strokes as `l`, `1`, `]` or one too few; the dots above them tell how many there are.

use shelf_pages::{Bbox, Block, Line, Word};

use super::binary_image::BinaryImage;
use super::connected_components::connected_components;
use super::decoded_scan::GreyPage;
use super::layout::refit;
use super::residual_image::{ResidualImage, lines_of};
use super::white_crop::crop_on_white;

/// What strokes are read as, and how many of them.
const STROKES: &str = "iIlj1!|][{}";
const MAX_STROKES: usize = 4;
/// At most so many other lines are farther out on the page, such as the mark of a sheet.
const MAX_LINES_BEYOND: usize = 2;
/// Margin around the number that is searched, on paper.
const MARGIN_MM: f64 = 0.8;
/// Height of a stroke, and size of a dot, relative to the tallest stroke.
const MIN_STROKE_RATIO: f64 = 0.4;
const DOT_RATIO: std::ops::Range<f64> = 0.07..0.42;
/// A dot is over its stroke, and dots are level, within this ratio of the tallest stroke.
const TOLERANCE_RATIO: f64 = 0.18;
/// The largest number of dots.
const MAX_DOTS: usize = 3;
/// Confidence in a number whose dots were counted, 0..=1.
pub(super) const DOTS_CONFIDENCE: f64 = 0.9;

/// Corrects the numbers of strokes with dots at the head or foot of a page, which was not rotated. Boxes are in px of the scan.
pub(super) fn correct_dotted_numerals(mut blocks: Vec<Block>, residual: &ResidualImage, page: &GreyPage) -> Vec<Block> {
    let boxes: Vec<Bbox> = lines_of(&blocks).map(|line| line.bbox).collect();
    let is_outermost = |bbox: &Bbox| {
        let above = boxes.iter().filter(|other| other.bottom() <= bbox.y).count();
        let below = boxes.iter().filter(|other| other.y >= bbox.bottom()).count();
        above.min(below) <= MAX_LINES_BEYOND
    };
    let mut is_changed = false;
    let all = blocks.iter_mut().flat_map(|block| &mut block.paragraphs).flat_map(|paragraph| &mut paragraph.lines);
    let outermost = all.filter(|line| is_outermost(&line.bbox));
    for word in outermost.flat_map(ends_of).filter(|word| is_of_strokes(&word.text)) {
        let area = residual.with_margin(residual.map_from_scan(word.bbox), MARGIN_MM);
        let area = residual.to_image(area, page.image.dimensions());
        if let Some(dots) = count_dots(page, area) {
            let text = "i".repeat(dots);
            is_changed |= word.text != text;
            word.text = text;
            word.confidence = word.confidence.max(DOTS_CONFIDENCE);
            word.alternatives.clear();
        }
    }
    if is_changed { refit(blocks) } else { blocks }
}

/// The first and the last word of a line: the number stands alone, or beside the running head.
fn ends_of(line: &mut Line) -> impl Iterator<Item = &mut Word> {
    let last = line.words.len().saturating_sub(1);
    line.words.iter_mut().enumerate().filter(move |(at, _)| *at == 0 || *at == last).map(|(_, word)| word)
}

fn is_of_strokes(text: &str) -> bool {
    text.chars().count() <= MAX_STROKES && text.chars().all(|c| STROKES.contains(c))
}

/// The number of dots over strokes in an area of a page; `None` where a stroke has none, or there is something else.
pub(super) fn count_dots(page: &GreyPage, area: Bbox) -> Option<usize> {
    let crop = crop_on_white(&page.image, area);
    let image = BinaryImage::binarise(&crop, crop.width().max(crop.height()) as usize);
    let pieces: Vec<Bbox> = connected_components(&image, 0).into_iter().map(|piece| piece.bbox).collect();
    let height = f64::from(pieces.iter().map(|piece| piece.height).max()?);
    let mut strokes: Vec<&Bbox> =
        pieces.iter().filter(|piece| f64::from(piece.height) >= MIN_STROKE_RATIO * height).collect();
    strokes.sort_by_key(|stroke| stroke.x);
    let tolerance = TOLERANCE_RATIO * height;
    let is_over = |dot: &Bbox, stroke: &Bbox| {
        let middle = f64::from(dot.x) + f64::from(dot.width) / 2.0;
        let beside = f64::from(stroke.x) - tolerance..f64::from(stroke.right()) + tolerance;
        beside.contains(&middle) && dot.bottom() <= stroke.y + 1
    };
    let size = DOT_RATIO.start * height..DOT_RATIO.end * height;
    let is_dot = |piece: &&Bbox| {
        size.contains(&f64::from(piece.width.max(piece.height)))
            && size.contains(&f64::from(piece.width.min(piece.height)))
            && strokes.iter().any(|stroke| is_over(piece, stroke))
    };
    let dots: Vec<&Bbox> = pieces.iter().filter(is_dot).collect();
    let first = dots.first()?;
    let are_level = dots.iter().all(|dot| f64::from(dot.y.abs_diff(first.y)) <= tolerance);
    let has_dot = |stroke: &Bbox| dots.iter().any(|dot| is_over(dot, stroke));
    // Brackets have none.
    let within = match &strokes[..] {
        [opening, within @ .., closing] if !has_dot(opening) && !has_dot(closing) => within,
        all => all,
    };
    let have_dots = within.iter().all(|stroke| has_dot(stroke));
    (are_level && have_dots && dots.len() <= MAX_DOTS).then_some(dots.len())
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    const PAPER: u8 = 230;

    fn page(strokes: &[(u32, bool)], is_joined: bool) -> GreyPage {
        let mut image = GrayImage::from_pixel(100, 60, Luma([PAPER]));
        let mut ink = |bbox: Bbox| {
            (bbox.y..bbox.bottom())
                .for_each(|y| (bbox.x..bbox.right()).for_each(|x| image.put_pixel(x, y, Luma([40]))));
        };
        for (x, has_dot) in strokes {
            ink(Bbox { x: *x, y: 20, width: 4, height: 22 });
            if *has_dot {
                ink(Bbox { x: *x, y: 11, width: 4, height: 4 });
            }
        }
        if is_joined {
            ink(Bbox { x: strokes[0].0, y: 40, width: strokes[strokes.len() - 1].0 - strokes[0].0, height: 2 });
        }
        GreyPage { image, dpi: 300.0 }
    }

    #[test]
    fn dots_over_strokes_are_counted() {
        let area = Bbox { x: 0, y: 0, width: 100, height: 60 };
        let count = |strokes: &[(u32, bool)], is_joined| count_dots(&page(strokes, is_joined), area);
        assert_eq!(count(&[(20, true)], false), Some(1));
        assert_eq!(count(&[(20, true), (32, true)], false), Some(2));
        assert_eq!(count(&[(20, true), (32, true), (44, true)], true), Some(3));
        assert_eq!(count(&[(20, false)], false), None, "the number 1");
        assert_eq!(count(&[(20, false), (32, false)], true), None);
        assert_eq!(count(&[(20, true), (32, false)], false), None);
        assert_eq!(count(&[(8, false), (20, true), (32, true), (44, false)], false), Some(2), "in brackets");
    }
}
