//! Page numbers between dashes, `— 8 —`. Tesseract takes the dashes for strokes of the number, or discards all of it; so the number is recognised
//! again without them.

use image::{GrayImage, Luma, imageops};
use shelf_pages::{Bbox, Block};

use super::binary_image::BinaryImage;
use super::connected_components::connected_components;
use super::decoded_scan::{GreyPage, MM_PER_INCH};
use super::engine::{EngineError, InputKind, recognise_words};
use super::isolated_page_number::{as_number, is_number};
use super::layout::{build_blocks, insert_by_height};
use super::residual_image::{ResidualImage, lines_of};
use super::tsv::{LayoutPosition, RecognisedWord};
use super::white_crop::crop_on_white;

/// Text has lines of at least so many words.
const MIN_TEXT_WORDS: usize = 4;
/// A page number has at most so many words, dashes included, and its parts at most so many digits.
const MAX_WORDS: usize = 4;
const MAX_DIGITS: usize = 7;
// Sizes on paper, mm.
const DIGIT_HEIGHT_MM: std::ops::Range<f64> = 1.2..5.0;
const MAX_DIGIT_WIDTH_MM: f64 = 4.5;
const MIN_PART_MM: f64 = 0.5;
const MAX_DASH_HEIGHT_MM: f64 = 0.75;
const DASH_WIDTH_MM: std::ops::Range<f64> = 1.0..8.0;
const MAX_WIDTH_MM: f64 = 22.0;
const MAX_GAP_MM: f64 = 1.6;
/// Distance between a dash and the number.
const MAX_DASH_DISTANCE_MM: f64 = 4.0;
/// How far from a digit, or from what was read, the dashes are searched.
const REACH_MM: (f64, f64) = (9.0, 0.8);
/// White around the number that is recognised.
const MARGIN_MM: f64 = 1.7;
/// A number that was read with this confidence is not read again, 0..=1.
const MIN_CERTAIN_CONFIDENCE: f64 = 0.6;

/// With more candidates above and below the text, the page is dirty.
const MAX_CANDIDATES: usize = 6;

/// Recognises the page numbers between dashes above and below the text that were not read, or read as something else. `page` is the page as recognised,
/// not rotated; all boxes are in px of the scan.
pub(super) fn recognise_dashed_page_numbers(
    mut blocks: Vec<Block>,
    residual: &ResidualImage,
    page: &GreyPage,
    language: &str,
) -> Result<Vec<Block>, EngineError> {
    let text = lines_of(&blocks).filter(|line| line.words.len() >= MIN_TEXT_WORDS).map(|line| line.bbox);
    let Some(text) = Bbox::bounding(text) else { return Ok(blocks) };
    let is_outside = |bbox: &Bbox| bbox.bottom() <= text.y || bbox.y >= text.bottom();
    let size = page.image.dimensions();
    for block in blocks.iter_mut().filter(|block| is_outside(&block.bbox) && is_misread(block)) {
        let area = residual.scan_to_image(block.bbox, size);
        if let Some(words) = recognise_between_dashes(area, residual, page, language)? {
            let mut read = build_blocks(&words).into_iter().map(|read| Block { block_num: block.block_num, ..read });
            *block = read.next_back().unwrap_or_else(|| block.clone());
        }
    }
    let unread: Vec<Bbox> = connected_components(&residual.image, residual.px(MAX_GAP_MM).round() as usize)
        .into_iter()
        .map(|component| component.bbox)
        .filter(|bbox| {
            let (width, height) = residual.size_mm(*bbox);
            width <= MAX_WIDTH_MM && DIGIT_HEIGHT_MM.contains(&height) && is_outside(&residual.to_scan(*bbox))
        })
        .collect();
    let mut found = Vec::new();
    for bbox in unread.iter().filter(|_| unread.len() <= MAX_CANDIDATES) {
        let is_read = |other: &Bbox| other.intersection(&residual.to_scan(*bbox)).area() > 0;
        if blocks.iter().chain(&found).any(|block| is_read(&block.bbox)) {
            continue;
        }
        if let Some(words) = recognise_between_dashes(residual.to_image(*bbox, size), residual, page, language)? {
            found.extend(build_blocks(&words));
        }
    }
    Ok(insert_by_height(blocks, found))
}

/// Whether a block is as short as a page number, and was not read as one with certainty.
fn is_misread(block: &Block) -> bool {
    let [paragraph] = &block.paragraphs[..] else { return false };
    let [line] = &paragraph.lines[..] else { return false };
    let is_certain = line.words.iter().all(|word| word.confidence >= MIN_CERTAIN_CONFIDENCE);
    line.words.len() <= MAX_WORDS && !(is_certain && is_number(&line.text()))
}

/// The number between two dashes at or beside `area` of the page's image, with the dashes, each a word; `None` if they are not found.
fn recognise_between_dashes(
    area: Bbox,
    residual: &ResidualImage,
    page: &GreyPage,
    language: &str,
) -> Result<Option<Vec<RecognisedWord>>, EngineError> {
    let px = |mm: f64| mm * page.dpi / MM_PER_INCH;
    let (reach_x, reach_y) = (px(REACH_MM.0) as u32, px(REACH_MM.1) as u32);
    let (width, height) = page.image.dimensions();
    let left = area.x.saturating_sub(reach_x);
    let top = area.y.saturating_sub(reach_y);
    let around =
        Bbox::from_edges(left, top, (area.right() + reach_x).min(width), (area.bottom() + reach_y).min(height));
    let crop = crop_on_white(&page.image, around);
    let Some(found) = dashes_and_digits(&crop, page.dpi) else { return Ok(None) };
    let margin = px(MARGIN_MM) as u32;
    let digits = imageops::crop_imm(&crop, found.digits.x, found.digits.y, found.digits.width, found.digits.height);
    let paper = (found.digits.width + 2 * margin, found.digits.height + 2 * margin);
    let mut image = GrayImage::from_pixel(paper.0, paper.1, Luma([u8::MAX]));
    imageops::replace(&mut image, &digits.to_image(), i64::from(margin), i64::from(margin));
    let read = recognise_words(language, InputKind::TextLine, &image, page.dpi)?;
    let [word] = &read[..] else { return Ok(None) };
    let Some(word) = as_number(word).filter(|word| !word.text.contains(['-', '—', '–'])) else { return Ok(None) };
    let placed = |bbox: Bbox, text: &str| RecognisedWord {
        position: LayoutPosition { block: 0, paragraph: 0, line: 0 },
        bbox: residual.image_to_scan(Bbox { x: bbox.x + left, y: bbox.y + top, ..bbox }, page.image.dimensions()),
        confidence: word.confidence,
        text: text.to_owned(),
        alternatives: Vec::new(),
    };
    Ok(Some(vec![placed(found.before, "—"), placed(found.digits, &word.text), placed(found.after, "—")]))
}

/// A number and the dashes beside it, px of an image.
struct DashedNumber {
    before: Bbox,
    digits: Bbox,
    after: Bbox,
}

/// Finds a dash, digits and a dash, level with each other and with nothing else beside them, in an image on white paper.
fn dashes_and_digits(crop: &GrayImage, dpi: f64) -> Option<DashedNumber> {
    let mm = |px: u32| f64::from(px) * MM_PER_INCH / dpi;
    let image = BinaryImage {
        width: crop.width() as usize,
        height: crop.height() as usize,
        foreground: crop.as_raw().iter().map(|grey| *grey < u8::MAX).collect(),
    };
    let all: Vec<Bbox> = connected_components(&image, 1).into_iter().map(|component| component.bbox).collect();
    let (large, small): (Vec<Bbox>, Vec<Bbox>) =
        all.into_iter().partition(|bbox| mm(bbox.width.max(bbox.height)) >= MIN_PART_MM);
    // What is smaller is dust, or the dot of an `i`.
    let is_dot =
        |dot: &Bbox| large.iter().any(|part| dot.x < part.right() && part.x < dot.right() && dot.bottom() <= part.y);
    let dots: Vec<Bbox> = small.into_iter().filter(is_dot).collect();
    let mut parts: Vec<Bbox> = large.into_iter().chain(dots).collect();
    parts.sort_by_key(|bbox| bbox.x);
    let is_dash = |bbox: &Bbox| mm(bbox.height) <= MAX_DASH_HEIGHT_MM && DASH_WIDTH_MM.contains(&mm(bbox.width));
    let (before, rest) = parts.split_first()?;
    let (after, digits) = rest.split_last()?;
    let digits = with_their_dots(digits);
    let are_digits = (1..=MAX_DIGITS).contains(&digits.len())
        && digits
            .iter()
            .all(|digit| DIGIT_HEIGHT_MM.contains(&mm(digit.height)) && mm(digit.width) <= MAX_DIGIT_WIDTH_MM);
    let digits = Bbox::bounding(digits.iter().copied())?;
    let is_level = |dash: &Bbox| {
        let middle = dash.y + dash.height / 2;
        middle > digits.y + digits.height / 5 && middle < digits.bottom() - digits.height / 5
    };
    let gaps = [digits.x.checked_sub(before.right())?, after.x.checked_sub(digits.right())?];
    let is_number = are_digits
        && [before, after].into_iter().all(|dash| is_dash(dash) && is_level(dash))
        && gaps.into_iter().all(|gap| mm(gap) <= MAX_DASH_DISTANCE_MM);
    is_number.then_some(DashedNumber { before: *before, digits, after: *after })
}

/// The letters `i` and `j` joined with their dots: boxes that overlap horizontally are one. Sorted from left to right.
fn with_their_dots(parts: &[Bbox]) -> Vec<Bbox> {
    let mut joined: Vec<Bbox> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last) if part.x < last.right() => {
                *last = Bbox::bounding([*last, *part]).unwrap_or(*last);
            }
            _ => joined.push(*part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use image::GrayImage;
    use shelf::draw::{Document, DrawnPage, PageFormat, Scanner};

    use super::super::test_reading::read_lines;
    use super::*;

    const PROSE: &str = "The river was broad and slow, and the men who came down to it in the morning found the boats where \
        they had left them. They waited for the rain to end, and then went on to the coast without a word.";

    /// A page whose only number is between dashes below the text, scanned.
    fn scan(page: u32, seed: u64) -> (GrayImage, String) {
        let book = (0..page)
            .fold(Document::new().running_heads("", "").body(), |book, _| book.chapter("The River").prose(PROSE));
        scan_with_dashes(book.typeset(&PageFormat::octavo()).pop().unwrap(), seed)
    }

    fn scan_with_dashes(mut page: DrawnPage, seed: u64) -> (GrayImage, String) {
        let number = page.lines().last().unwrap().bbox().unwrap();
        for x in [number.x - 70, number.right() + 20] {
            let y = number.y + number.height / 2;
            (x..x + 50).for_each(|x| (y..y + 3).for_each(|y| page.image.put_pixel(x, y, Luma([30]))));
        }
        let text = page.lines().last().unwrap().words[0].text.clone();
        (Scanner::new(seed).scan(&page, 1).image, text)
    }

    #[test]
    fn number_between_dashes_is_read() {
        for (pages, seed) in [(1, 51), (8, 52), (12, 53), (23, 54)] {
            let (image, number) = scan(pages, seed);
            assert_eq!(read_lines(&image).last(), Some(&format!("— {number} —")));
        }
    }

    #[test]
    fn roman_number_between_dashes_is_read() {
        let book = (0..6).fold(Document::new().running_heads("", ""), |book, _| book.preface("The River").prose(PROSE));
        let pages = book.body().chapter("The River").prose(PROSE).typeset(&PageFormat::octavo());
        for (page, seed) in [(3, 56), (5, 57)] {
            let (image, number) = scan_with_dashes(pages[page].clone(), seed);
            assert!(["iv", "vi"].contains(&&*number), "{number}");
            let last = read_lines(&image).last().map(|line| line.replace(' ', ""));
            assert_eq!(last, Some(format!("—{number}—")));
        }
    }
}
