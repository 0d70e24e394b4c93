//! Numbers in a column at the right of a page, such as those of a table of contents: Tesseract's segmentation discards a single digit far from the text
//! of its line.

use std::slice;

use shelf_pages::{Bbox, Block, Line, Word};

use super::connected_components::{ConnectedComponent, connected_components};
use super::decoded_scan::GreyPage;
use super::engine::{EngineError, InputKind, recognise_words};
use super::isolated_page_number::{MAX_GAP_MM, has_size_of_number, is_number};
use super::layout::refit;
use super::residual_image::{MIN_TEXT_CONFIDENCE, ResidualImage, lines_of as all_lines_of};
use super::white_crop::crop_on_white;

/// Numbers recognised with a lower confidence are rejected, 0..=1.
const MIN_CONFIDENCE: f64 = 0.6;

/// At least so many numbers make a column, those that were read with the text included.
const MIN_NUMBERS: usize = 2;
/// More unread components than this at line ends are dirt.
const MAX_CANDIDATES: usize = 60;
/// The right edges of the numbers of a column differ by at most this much, on paper.
const MAX_EDGE_DIFFERENCE_MM: f64 = 1.5;
/// A number is at least this far from the text of its line, on paper.
const MIN_DISTANCE_MM: f64 = 3.0;
/// At least this much of a number's height is level with its line, 0..=1.
const MIN_LEVEL_RATIO: f64 = 0.6;
/// Margin around a number that is recognised with it, on paper.
const MARGIN_MM: f64 = 0.8;

/// A column of digits that was read as a word from top to bottom is at most this broad, and read with at most this confidence on average.
const MAX_COLUMN_WIDTH_MM: f64 = 8.0;
const MAX_COLUMN_CONFIDENCE: f64 = 0.7;
const MAX_COLUMN_WORDS: usize = 2;

/// Drops the few words that Tesseract makes of a column of digits, one below another, so that these count as unread.
pub(super) fn drop_misread_columns(blocks: Vec<Block>, px_per_mm: f64) -> Vec<Block> {
    let lines: Vec<Bbox> = all_lines_of(&blocks).map(|line| line.bbox).collect();
    let is_misread = |block: &Block| {
        let words: Vec<&Word> = all_lines_of(slice::from_ref(block)).flat_map(|line| &line.words).collect();
        let confidence = words.iter().map(|word| word.confidence).sum::<f64>() / words.len().max(1) as f64;
        let is_beside = |line: &&Bbox| {
            let middle = line.y + line.height / 2;
            line.right() < block.bbox.x && (block.bbox.y..block.bbox.bottom()).contains(&middle)
        };
        words.len() <= MAX_COLUMN_WORDS
            && confidence < MAX_COLUMN_CONFIDENCE
            && f64::from(block.bbox.width) <= MAX_COLUMN_WIDTH_MM * px_per_mm
            && lines.iter().filter(is_beside).count() >= MIN_NUMBERS
    };
    let kept: Vec<Block> = blocks.into_iter().filter(|block| !is_misread(block)).collect();
    refit(kept)
}

const MAX_MISREAD_CHARS: usize = 2;

/// An unread component at the end of a line.
struct Candidate {
    /// px of the residual image.
    bbox: Bbox,
    /// The number of its line on the page, from 0.
    line: usize,
}

/// Recognises the numbers of columns at line ends, and adds each to its line.
pub(super) fn recognise_line_end_numbers(
    mut blocks: Vec<Block>,
    residual: &ResidualImage,
    page: &GreyPage,
    language: &str,
) -> Result<Vec<Block>, EngineError> {
    let mut candidates = candidates(residual);
    for line in all_lines_of(&blocks).filter(|line| may_be_misread_number(line)) {
        let bbox = residual.map_from_scan(line.bbox);
        candidates.extend(line_left_of(bbox, residual).map(|line| Candidate { bbox, line }));
    }
    if candidates.is_empty() || candidates.len() > MAX_CANDIDATES {
        return Ok(blocks);
    }
    let read = lines_of(&mut blocks).filter(|line| is_number(&line.text())).map(|line| line.bbox);
    let read: Vec<Bbox> = read.map(|bbox| residual.map_from_scan(bbox)).collect();
    let edges: Vec<u32> =
        candidates.iter().map(|candidate| candidate.bbox).chain(read).map(|bbox| bbox.right()).collect();
    let max_difference = residual.px(MAX_EDGE_DIFFERENCE_MM);
    let is_in_column = |candidate: &Candidate| {
        let near = |edge: &&u32| f64::from(edge.abs_diff(candidate.bbox.right())) <= max_difference;
        edges.iter().filter(near).count() >= MIN_NUMBERS
    };
    let mut found = false;
    for candidate in candidates.iter().filter(|candidate| is_in_column(candidate)) {
        let area = residual.to_image(residual.with_margin(candidate.bbox, MARGIN_MM), page.image.dimensions());
        if let [word] =
            &recognise_words(language, InputKind::TextLine, &crop_on_white(&page.image, area), page.dpi)?[..]
            && word.confidence >= MIN_CONFIDENCE
            && is_number(&word.text)
        {
            let bbox = residual.to_scan(candidate.bbox);
            for (at, line) in lines_of(&mut blocks).enumerate() {
                let is_misread = may_be_misread_number(line);
                line.words.retain(|word| {
                    let is_in_doubt = is_misread || word.confidence < MIN_TEXT_CONFIDENCE;
                    !(is_in_doubt && word.bbox.intersection(&bbox).area() > 0)
                });
                if at == candidate.line {
                    line.words.push(Word::new(word.text.clone(), bbox, word.confidence));
                }
            }
            found = true;
        }
    }
    Ok(if found { refit(blocks) } else { blocks })
}

/// Whether a line is one or two characters other than a number: the digit `1` is read as `a` or `I`.
fn may_be_misread_number(line: &Line) -> bool {
    let text = line.text();
    text.chars().count() <= MAX_MISREAD_CHARS && !is_number(&text)
}

fn lines_of(blocks: &mut [Block]) -> impl Iterator<Item = &mut Line> {
    let paragraphs = blocks.iter_mut().flat_map(|block| &mut block.paragraphs);
    paragraphs.flat_map(|paragraph| &mut paragraph.lines)
}

/// The unread ink of the size of a number that is level with a line and right of all its words.
fn candidates(residual: &ResidualImage) -> Vec<Candidate> {
    let mut numbers: Vec<(usize, ConnectedComponent)> = Vec::new();
    let mut digits: Vec<(usize, ConnectedComponent)> = connected_components(&residual.image, 0)
        .into_iter()
        .filter_map(|component| Some((line_left_of(component.bbox, residual)?, component)))
        .collect();
    digits.sort_by_key(|(line, digit)| (*line, digit.bbox.x));
    for (line, digit) in digits {
        match numbers.last_mut() {
            Some((same, number))
                if *same == line
                    && f64::from(digit.bbox.x) <= f64::from(number.bbox.right()) + residual.px(MAX_GAP_MM) =>
            {
                number.bbox = number.bbox.union(&digit.bbox);
                number.foreground_px += digit.foreground_px;
            }
            _ => numbers.push((line, digit)),
        }
    }
    numbers.retain(|(_, number)| has_size_of_number(residual, number));
    numbers.into_iter().map(|(line, number)| Candidate { bbox: number.bbox, line }).collect()
}

/// The line that ends left of a component and is level with it.
fn line_left_of(bbox: Bbox, residual: &ResidualImage) -> Option<usize> {
    let is_level = |line: &Bbox| {
        let overlap = line.bottom().min(bbox.bottom()).saturating_sub(line.y.max(bbox.y));
        f64::from(overlap) >= MIN_LEVEL_RATIO * f64::from(bbox.height)
    };
    // The component itself may have been read, badly, as a line of its own.
    let is_other = |line: &Bbox| line.intersection(&bbox).area() == 0;
    let level = residual.lines.iter().enumerate().filter(|(_, line)| is_level(line) && is_other(line));
    let (line, text) = level.max_by_key(|(_, line)| line.right())?;
    let distance = f64::from(bbox.x) - f64::from(text.right());
    (distance >= residual.px(MIN_DISTANCE_MM)).then_some(line)
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, imageops};
    use shelf::draw::{Document, PageFormat, Scanner};

    use super::super::test_reading::read_lines;
    use super::Bbox;

    #[test]
    fn digits_of_a_table_of_contents_are_read() {
        let prose = "A paragraph of a few words, which is enough.";
        let document = ["Of Paper", "Of Ink and of Those Who Spill It", "Of Bindings"]
            .into_iter()
            .fold(Document::new().contents().body(), |book, title| book.chapter(title).prose(prose));
        let pages = document.typeset(&PageFormat::octavo());
        let contents = Scanner::new(5).scan(&pages[0], 1);
        let lines = read_lines(&contents.image);
        let ends = |digit: &str| lines.iter().any(|line| line.starts_with('I') && line.ends_with(digit));
        assert!(["1", "2", "3"].iter().all(|digit| ends(&format!(" {digit}"))), "{lines:?}");
    }

    /// Copies the box `from` of a picture to a place on another.
    fn copy(from: (Bbox, &GrayImage), to: (u32, u32), image: &mut GrayImage) {
        let (bbox, source) = from;
        let part = imageops::crop_imm(source, bbox.x, bbox.y, bbox.width, bbox.height).to_image();
        imageops::replace(image, &part, to.0.into(), to.1.into());
    }

    #[test]
    fn digits_close_below_each_other_are_separate_numbers() {
        let typeset = |text| Document::new().prose(text).typeset(&PageFormat::octavo()).remove(0);
        let titles =
            typeset("Laid a Hand Upon\n\nDead Without and Here\n\nRunning Away With us\n\nAnd then no more of it");
        let digits = typeset("1 8 10 14");
        for step in [48, 54, 60] {
            let mut image = GrayImage::from_pixel(1650, 2550, Luma([250]));
            let digits = digits.lines().flat_map(|line| &line.words).map(|word| (word.bbox, &digits.image));
            for ((y, line), digit) in (300..).step_by(step).zip(titles.lines()).zip(digits) {
                copy((line.bbox().unwrap(), &titles.image), (300, y), &mut image);
                copy(digit, (1300 - digit.0.width, y), &mut image);
            }
            let lines = read_lines(&image);
            let is_read = |number: &&str| lines.iter().any(|line| line.split(' ').next_back() == Some(number));
            assert_eq!(["1", "8", "10", "14"].iter().filter(|number| is_read(number)).count(), 4, "{lines:?}");
        }
    }

    #[test]
    fn specks_at_line_ends_are_not_numbers() {
        let mut page =
            Document::new().prose("A line.\n\nAnother line.\n\nA third.").typeset(&PageFormat::octavo()).remove(0);
        let rows: Vec<u32> = page.lines().map(|line| line.bbox().unwrap().y).collect();
        for y in rows {
            for (dx, dy) in (0..12).flat_map(|dx| (0..24).map(move |dy| (dx, dy))) {
                page.image.put_pixel(1300 + dx, y + dy, Luma([20]));
            }
        }
        assert_eq!(read_lines(&page.image), ["A line.", "Another line.", "A third."]);
    }
}
