//! Drop capitals: the large first letter of a chapter, beside which the first lines of its text are indented. Tesseract drops it, or reads it as
//! part of a lower line and loses the words there. So it is read by itself, the page is read again without it, and it is joined with the word that it
//! begins: `HE great ship` becomes `THE great ship`.

use image::{GrayImage, Luma, imageops};
use shelf_pages::{Bbox, Block, Line, Word};

use super::connected_components::connected_components;
use super::decoded_scan::GreyPage;
use super::engine::{EngineError, InputKind, recognise_words};
use super::erase::erase_boxes;
use super::layout::refit;
use super::residual_image::ResidualImage;
use super::tsv::RecognisedWord;
use super::white_crop::crop_on_white;

/// Its height, in heights of the line that it begins.
const HEIGHT_LINES: std::ops::Range<f64> = 1.5..7.0;
/// Its width, in its own heights: from `I` to `W`, with room for a serif that touches a speck.
const WIDTH_RATIO: std::ops::Range<f64> = 0.12..1.7;
/// Its box is at least this full of foreground, 0..=1.
const MIN_FOREGROUND_RATIO: f64 = 0.12;
/// The white space between it and its line is at most this wide, in heights of the line.
const MAX_GAP_LINES: f64 = 1.6;
/// Its top differs from that of its line by at most this much, in heights of the line.
const MAX_TOP_DIFFERENCE_LINES: f64 = 0.8;
/// Margin around a letter that is erased with it, on paper.
const ERASED_MARGIN_MM: f64 = 0.3;
/// A letter that is read with less confidence is left alone, 0..=1: it may be an ornament.
const MIN_CONFIDENCE: f64 = 0.4;
/// Words whose box is at least this much inside the letter's were read in its strokes, 0..=1.
const MIN_INSIDE_RATIO: f64 = 0.4;
/// How many words at the beginning of a line stand for it.
const FIRST_WORDS: usize = 3;
/// `A`, `I` and `O` are words of their own if the text is at least this far away, in heights of the line.
const MIN_WORD_GAP_LINES: f64 = 0.7;

/// A large letter.
pub(super) struct DropCapital {
    letter: String,
    confidence: f64,
    /// Its bounding box, px of the scan.
    pub(super) bbox: Bbox,
    /// The same in px of the residual image.
    residual_bbox: Bbox,
}

/// Finds the drop capitals of a page. All boxes of `blocks` are in px of the scan that `residual` is of.
pub(super) fn find_drop_capitals(
    blocks: &[Block],
    residual: &ResidualImage,
    page: &GreyPage,
    language: &str,
) -> Result<Vec<DropCapital>, EngineError> {
    let mut capitals = Vec::new();
    for component in connected_components(&residual.page_image, 0) {
        let (residual_bbox, bbox) = (component.bbox, residual.to_scan(component.bbox));
        let is_dense = component.foreground_px as f64 >= MIN_FOREGROUND_RATIO * residual_bbox.area() as f64;
        if !is_dense || line_begun_by(blocks, bbox).is_none() {
            continue;
        }
        let area = residual.to_image(residual_bbox, page.image.dimensions());
        if let Some(word) = read_capital(page, area, language)? {
            let (letter, confidence) = (word.text, word.confidence);
            capitals.push(DropCapital { letter, confidence, bbox, residual_bbox });
        }
    }
    Ok(capitals)
}

/// Reads a large letter, on white paper or else as it is; `None` if it is not a capital.
fn read_capital(page: &GreyPage, area: Bbox, language: &str) -> Result<Option<RecognisedWord>, EngineError> {
    let as_it_is = |image: &GrayImage| imageops::crop_imm(image, area.x, area.y, area.width, area.height).to_image();
    for letter in [crop_on_white(&page.image, area), as_it_is(&page.image)] {
        let words = recognise_words(language, InputKind::Letter, &with_margin(&letter), page.dpi)?;
        if let [word] = &words[..]
            && word.confidence >= MIN_CONFIDENCE
            && is_capital(&word.text)
        {
            return Ok(Some(word.clone()));
        }
    }
    Ok(None)
}

/// An image with a white margin, so that a letter is read without its neighbours.
fn with_margin(letter: &GrayImage) -> GrayImage {
    let margin = letter.height() / 3;
    let (width, height) = letter.dimensions();
    let mut canvas = GrayImage::from_pixel(width + 2 * margin, height + 2 * margin, Luma([u8::MAX]));
    imageops::replace(&mut canvas, letter, i64::from(margin), i64::from(margin));
    canvas
}

fn is_capital(text: &str) -> bool {
    let mut letters = text.chars();
    matches!((letters.next(), letters.next()), (Some(letter), None) if letter.is_uppercase())
}

/// The page without these letters.
pub(super) fn erase_drop_capitals(page: &GreyPage, capitals: &[DropCapital], residual: &ResidualImage) -> GreyPage {
    let area = |capital: &DropCapital| {
        let area = residual.with_margin(capital.residual_bbox, ERASED_MARGIN_MM);
        residual.to_image(area, page.image.dimensions())
    };
    erase_boxes(page, capitals.iter().map(area))
}

/// Puts each letter before the word that it begins.
pub(super) fn join_drop_capitals(mut blocks: Vec<Block>, capitals: &[DropCapital]) -> Vec<Block> {
    for capital in capitals {
        if let Some((block, paragraph, line)) = line_begun_by(&blocks, capital.bbox) {
            join(&mut blocks[block].paragraphs[paragraph].lines[line], capital);
        }
    }
    refit(blocks)
}

/// Indices of a block, a paragraph in it, and a line in that.
type LinePosition = (usize, usize, usize);

/// The lines, each with the box of its first words outside the letter: the box of a whole line is too high if the page is skewed.
fn lines_outside(blocks: &[Block], letter: Bbox) -> Vec<(LinePosition, Bbox)> {
    let mut lines = Vec::new();
    for (block_at, block) in blocks.iter().enumerate() {
        for (paragraph_at, paragraph) in block.paragraphs.iter().enumerate() {
            for (line_at, line) in paragraph.lines.iter().enumerate() {
                let words = line.words.iter().map(|word| word.bbox);
                let outside = words.filter(|word| word.ratio_inside(&letter) < MIN_INSIDE_RATIO).take(FIRST_WORDS);
                lines.extend(Bbox::bounding(outside).map(|bbox| ((block_at, paragraph_at, line_at), bbox)));
            }
        }
    }
    lines
}

/// The line that begins with the letter in this box: it is just right of the letter and level with its top, and the line below is
/// beside the letter as well.
fn line_begun_by(blocks: &[Block], letter: Bbox) -> Option<LinePosition> {
    let lines = lines_outside(blocks, letter);
    let is_beside = |line: &Bbox, height: u32| {
        let (gap, height) = (f64::from(line.x) - f64::from(letter.right()), f64::from(height.max(1)));
        (-0.5 * height..MAX_GAP_LINES * height).contains(&gap)
    };
    let begins = |line: &Bbox| {
        let height = f64::from(line.height.max(1));
        is_beside(line, line.height)
            && HEIGHT_LINES.contains(&(f64::from(letter.height) / height))
            && WIDTH_RATIO.contains(&(f64::from(letter.width) / f64::from(letter.height.max(1))))
            && f64::from(letter.y.abs_diff(line.y)) <= MAX_TOP_DIFFERENCE_LINES * height
    };
    let (first, bbox) =
        lines.iter().filter(|(_, line)| begins(line)).min_by_key(|(_, line)| line.y.abs_diff(letter.y))?;
    let second_is_beside = lines.iter().any(|(_, line)| {
        let middle = line.y + line.height / 2;
        middle > bbox.bottom() && middle < letter.bottom() && is_beside(line, bbox.height)
    });
    second_is_beside.then_some(*first)
}

/// Puts a letter before the first word of a line.
fn join(line: &mut Line, capital: &DropCapital) {
    let word = &line.words[0];
    let line_box = line.words.iter().map(|word| word.bbox).reduce(|all, one| all.union(&one)).unwrap_or(word.bbox);
    // The letter reaches down to the next lines; the box of the word does not.
    let bbox = Bbox::from_edges(capital.bbox.x, line_box.y, word.bbox.right(), line_box.bottom());
    let gap = f64::from(word.bbox.x.saturating_sub(capital.bbox.right()));
    let is_far = gap >= MIN_WORD_GAP_LINES * f64::from(line_box.height.max(1));
    if is_far && ["A", "I", "O"].contains(&capital.letter.as_str()) {
        let bbox = Bbox { width: capital.bbox.width, ..bbox };
        line.words.insert(0, Word::new(capital.letter.clone(), bbox, capital.confidence));
    } else {
        let text = format!("{}{}", capital.letter, word.text);
        line.words[0] = Word::new(text, bbox, word.confidence.min(capital.confidence));
    }
}

#[cfg(test)]
mod tests {
    use shelf::draw::{Document, DrawnLine, PageFormat};

    use super::super::test_reading::read_blocks;
    use super::*;
    use crate::page_layout::test_pages::{block, line};

    const PROSE: &str = "was broad and slow, and the men who came down to it in the morning found the boats where they had left \
        them. They waited for the rain to end, and then went on to the coast without a word. Nobody on the other side had seen \
        the lamps; the ferryman, who was old, said that he had never looked for any of them in all his life.";

    /// What is read of a page whose first letter is enlarged to the height of `lines` lines, which are moved to the right of it.
    fn text_with_drop_capital(beginning: &str, lines: usize) -> String {
        let mut page =
            Document::new().prose(&format!("{beginning} {PROSE}")).typeset(&PageFormat::octavo()).swap_remove(0);
        let boxes: Vec<Bbox> = page.lines().filter_map(DrawnLine::bbox).collect();
        let first_word = page.lines().next().unwrap().words[0].bbox;
        let is_blank = |x: u32| (first_word.y..first_word.bottom()).all(|y| page.image.get_pixel(x, y).0[0] > 200);
        let letter_width = (first_word.x + 8..first_word.right()).find(|x| is_blank(*x)).unwrap() - first_word.x;
        let letter = Bbox { width: letter_width, ..first_word };
        let crop =
            |page: &GrayImage, area: Bbox| imageops::crop_imm(page, area.x, area.y, area.width, area.height).to_image();
        let small = crop(&page.image, letter);
        let height = boxes[lines - 1].bottom() - boxes[0].y;
        let width = small.width() * height / small.height();
        let large = imageops::resize(&small, width, height, imageops::FilterType::CatmullRom);
        let leading = boxes[1].y - boxes[0].y;
        let strip = Bbox { x: boxes[0].x, y: boxes[0].y - 4, width: boxes[0].width, height: leading * lines as u32 };
        let mut text = crop(&page.image, strip);
        for (x, y) in (0..letter.width).flat_map(|x| (0..letter.bottom() - strip.y).map(move |y| (x, y))) {
            text.put_pixel(x, y, Luma([255]));
        }
        for pixel in crop_pixels(strip) {
            page.image.put_pixel(pixel.0, pixel.1, Luma([255]));
        }
        imageops::replace(
            &mut page.image,
            &text,
            i64::from(strip.x + width) - i64::from(letter.width) + 14,
            i64::from(strip.y),
        );
        imageops::replace(&mut page.image, &large, i64::from(strip.x), i64::from(boxes[0].y));
        let read = read_blocks(&page.image);
        let paragraphs = read.iter().flat_map(|block| &block.paragraphs);
        paragraphs.map(|paragraph| paragraph.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    fn crop_pixels(area: Bbox) -> impl Iterator<Item = (u32, u32)> {
        (area.x..area.right()).flat_map(move |x| (area.y..area.bottom()).map(move |y| (x, y)))
    }

    #[test]
    fn a_drop_capital_is_joined_with_its_word() {
        for (beginning, lines) in [("The river", 2), ("When the river", 3), ("Beyond, the river", 3)] {
            let text = text_with_drop_capital(beginning, lines);
            assert!(text.starts_with(beginning), "{beginning}: {text}");
            assert_eq!(text.matches("was broad and slow").count(), 1, "{text}");
        }
    }

    #[test]
    fn skewed_lines_have_drop_capitals() {
        // Each line is 20 px higher at its right end, so that its box is much higher than its type.
        let skewed = |x: u32, y: u32, text: &str| {
            let mut row = line((x, y), 36, text);
            for word in &mut row.words {
                word.bbox.y -= word.bbox.x * 20 / 1000;
            }
            Line { bbox: Bbox::bounding(row.words.iter().map(|word| word.bbox)).unwrap(), ..row }
        };
        let blocks = [block(
            1,
            &[
                skewed(270, 758, "HERE was only a small part of his estate that he"),
                skewed(270, 815, "could dispose of; but had every acre been sold, it"),
                skewed(190, 872, "would have made no difference. He had condescended to"),
            ],
        )];
        let letter = Bbox { x: 195, y: 755, width: 65, height: 79 };
        assert_eq!(line_begun_by(&blocks, letter), Some((0, 0, 0)));
        assert_eq!(line_begun_by(&blocks, Bbox { y: 640, ..letter }), None, "it is above the text");
    }

    #[test]
    fn only_one_capital_letter_is_a_drop_capital() {
        assert!(is_capital("T") && is_capital("É"));
        assert!(["", "t", "TH", "1", "."].iter().all(|other| !is_capital(other)));
    }
}
