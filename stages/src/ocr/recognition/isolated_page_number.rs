//! Page numbers isolated above or below the text. Tesseract's segmentation discards a single digit at the foot of a page as speckle, and
//! the page number is lost; so the connected components left there are recognised again, each as a text line.

use shelf::book::parse_roman;

use shelf_pages::{Bbox, Block};

use super::connected_components::{ConnectedComponent, connected_components};
use super::decoded_scan::GreyPage;
use super::engine::{EngineError, InputKind, recognise_words};
use super::layout::build_blocks;
use super::residual_image::ResidualImage;
use super::tsv::{LayoutPosition, RecognisedWord};
use super::white_crop::crop_on_white;

/// Maximum gap between the digits of a number, on paper.
pub(super) const MAX_GAP_MM: f64 = 1.6;
/// Height and width of a number on paper.
const HEIGHT_MM: std::ops::Range<f64> = 1.2..5.0;
const WIDTH_MM: std::ops::Range<f64> = 0.5..12.0;
/// Margin around a number that is recognised with it, on paper.
const MARGIN_MM: f64 = 2.0;

/// A number's box is at least this full of foreground, 0..=1.
const MIN_FOREGROUND_RATIO: f64 = 0.12;
/// With more candidates above and below the text, the page is dirty, and numbers cannot be told from dirt.
const MAX_CANDIDATES: usize = 4;
/// A number that is isolated where page numbers are may be recognised with this confidence, 0..=1, and be an alternative of this probability.
const MIN_CONFIDENCE: f64 = 0.45;
const MIN_PROBABILITY: f64 = 0.1;
/// To the left or right of the text, where dirt at the edges of scans is, it is recognised with at least this confidence.
const MIN_CONFIDENCE_BESIDE: f64 = 0.6;
/// Maximum length of a page number in arabic digits.
const MAX_DIGITS: usize = 4;

/// Recognises the page numbers isolated above or below the text, as words of blocks of their own. `page` is the page as recognised, not
/// rotated; the boxes are in px of the scan.
pub(super) fn recognise_isolated_page_numbers(
    residual: &ResidualImage,
    page: &GreyPage,
    language: &str,
) -> Result<Vec<RecognisedWord>, EngineError> {
    let mut found = Vec::new();
    let candidates = candidates(residual);
    if candidates.len() > MAX_CANDIDATES {
        return Ok(found);
    }
    for candidate in candidates {
        let area = residual.to_image(residual.with_margin(candidate, MARGIN_MM), page.image.dimensions());
        let read = recognise_words(language, InputKind::TextLine, &crop_on_white(&page.image, area), page.dpi)?;
        if let [word] = &read[..]
            && let Some(number) = as_number(word)
            && (number.confidence >= MIN_CONFIDENCE_BESIDE || is_within_column(residual, candidate))
        {
            let position = LayoutPosition { block: found.len() as u32, paragraph: 0, line: 0 };
            found.push(RecognisedWord { position, bbox: residual.to_scan(candidate), ..number });
        }
    }
    Ok(found)
}

/// Inserts isolated page numbers, each as a block, before and after the blocks of text.
pub(super) fn insert_isolated_page_numbers(blocks: Vec<Block>, numbers: &[RecognisedWord]) -> Vec<Block> {
    let top = blocks.iter().map(|block| block.bbox.y).min().unwrap_or_default();
    let (above, below): (Vec<Block>, Vec<Block>) =
        build_blocks(numbers).into_iter().partition(|number| number.bbox.bottom() <= top);
    let all = above.into_iter().chain(blocks).chain(below);
    all.zip(1..).map(|(block, block_num)| Block { block_num, ..block }).collect()
}

/// Whether a box is above or below the lines of text, not to their left or right.
fn is_within_column(residual: &ResidualImage, bbox: Bbox) -> bool {
    let text = Bbox::bounding(residual.lines.iter().copied());
    text.is_some_and(|text| bbox.right() > text.x && bbox.x < text.right())
}

/// The connected components above and below the text that have the size of a number, px of the residual image.
fn candidates(residual: &ResidualImage) -> Vec<Bbox> {
    let Some(text) = Bbox::bounding(residual.lines.iter().copied()) else { return Vec::new() };
    let outside = |bbox: Bbox| bbox.bottom() <= text.y || bbox.y >= text.bottom();
    connected_components(&residual.image, residual.px(MAX_GAP_MM).round() as usize)
        .into_iter()
        .filter(|component| outside(component.bbox) && has_size_of_number(residual, component))
        .map(|component| component.bbox)
        .collect()
}

pub(super) fn has_size_of_number(residual: &ResidualImage, component: &ConnectedComponent) -> bool {
    let (width_mm, height_mm) = residual.size_mm(component.bbox);
    let foreground_ratio = component.foreground_px as f64 / component.bbox.area() as f64;
    HEIGHT_MM.contains(&height_mm) && WIDTH_MM.contains(&width_mm) && foreground_ratio >= MIN_FOREGROUND_RATIO
}

/// An isolated word as a page number: the word itself, or the likeliest alternative that is a number, such as `1` for `]`. Numerals that look the same in both
/// cases are taken for lower case, and an unmatched bracket for dirt.
pub(super) fn as_number(word: &RecognisedWord) -> Option<RecognisedWord> {
    let number = |text: &str| {
        let text = match (text.matches(['(', '[']).count(), text.matches([')', ']']).count()) {
            (0, 0) | (1, 1) => text,
            _ => text.trim_matches(['(', ')', '[', ']']),
        };
        let looks_the_same = text.chars().all(|c| matches!(c, 'V' | 'X'));
        let text = if looks_the_same { text.to_lowercase() } else { text.to_owned() };
        is_number(&text).then_some(text)
    };
    if word.confidence >= MIN_CONFIDENCE
        && let Some(text) = number(&word.text)
    {
        return Some(RecognisedWord { text, ..word.clone() });
    }
    let mut likely = word.alternatives.iter().filter(|alternative| alternative.probability >= MIN_PROBABILITY);
    likely.find_map(|alternative| {
        let text = number(&alternative.text)?;
        Some(RecognisedWord { text, confidence: alternative.probability, ..word.clone() })
    })
}

/// Whether a word is a number, arabic or lower-case roman, possibly in brackets or between dashes.
pub(super) fn is_number(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| "-–—[](). ".contains(c));
    let is_arabic = (1..=MAX_DIGITS).contains(&bare.len())
        && bare.bytes().all(|digit| digit.is_ascii_digit())
        && !bare.starts_with('0');
    // A single `l`, `c`, `d` or `m` is more likely dirt than the 50th page of a preface.
    let is_roman = parse_roman(bare).is_some_and(|value| bare.len() > 1 || value <= 10);
    is_arabic || (is_roman && bare.bytes().all(|digit| digit.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};
    use shelf::draw::{Document, PageFormat};

    use super::super::test_reading::read_blocks;
    use super::*;
    use shelf_pages::AlternativeReading;

    const PROSE: &str = "The river was broad and slow, and the men who came down to it in the morning found the boats where \
        they had left them. They waited for the rain to end, and then went on to the coast without a word.";

    /// Renders the first page of a book, with its number in the footer, and returns the text recognised below the prose.
    fn text_in_footer(change: impl FnOnce(&mut GrayImage, Bbox)) -> Vec<String> {
        let book = Document::new().running_heads("THE COAST", "THE COAST").body().chapter("The River").prose(PROSE);
        let mut page = book.typeset(&PageFormat::octavo()).swap_remove(0);
        let number = page.lines().last().unwrap().bbox().unwrap();
        assert_eq!(page.text().lines().last(), Some("1"));
        let number = Bbox { x: number.x, y: number.y, width: number.width, height: number.height };
        change(&mut page.image, number);
        let recognised = read_blocks(&page.image);
        let below = recognised.iter().filter(|block| block.bbox.bottom() + 20 > number.y);
        below.flat_map(|block| &block.paragraphs).map(|paragraph| paragraph.text.clone()).collect()
    }

    #[test]
    fn single_digit_in_the_footer_is_recognised() {
        assert_eq!(text_in_footer(|_, _| {}), ["1"]);
    }

    #[test]
    fn dirt_in_the_footer_is_not_recognised_as_a_number() {
        let blot = |image: &mut GrayImage, number: Bbox| {
            let radius = i64::from(number.height) / 2;
            for (x, y) in (-radius..radius).flat_map(|x| (-radius..radius).map(move |y| (x, y))) {
                let grey = if x * x + y * y < radius * radius { 20 } else { 235 };
                let (x, y) = (i64::from(number.x) + x, i64::from(number.y) + radius + y);
                image.put_pixel(x as u32, y as u32, Luma([grey]));
            }
        };
        assert_eq!(text_in_footer(blot), Vec::<String>::new());
    }

    #[test]
    fn only_page_numbers_are_numbers() {
        for number in ["1", "12", "iv", "x", "[7]", "— 8 —", "1915"] {
            assert!(is_number(number), "{number}");
        }
        for other in ["", "-", "l", "IV", "il", "4.5", "12345", "a", "7a", "0"] {
            assert!(!is_number(other), "{other}");
        }
    }

    #[test]
    fn isolated_words_are_read_as_numbers() {
        let as_read = |text: &str, confidence: f64, alternatives: &[(&str, f64)]| {
            let alternative = |(text, probability): &(&str, f64)| AlternativeReading {
                text: (*text).to_owned(),
                probability: *probability,
            };
            as_number(&RecognisedWord {
                position: LayoutPosition { block: 0, paragraph: 0, line: 0 },
                bbox: Bbox { x: 0, y: 0, width: 9, height: 9 },
                confidence,
                text: text.to_owned(),
                alternatives: alternatives.iter().map(alternative).collect(),
            })
            .map(|word| word.text)
        };
        assert_eq!(as_read("]", 0.64, &[("1", 0.23)]).as_deref(), Some("1"));
        assert_eq!(as_read("5)", 0.48, &[]).as_deref(), Some("5"));
        assert_eq!(as_read("[5]", 0.9, &[]).as_deref(), Some("[5]"));
        assert_eq!(as_read("V", 0.9, &[]).as_deref(), Some("v"));
        assert_eq!(as_read("e", 0.9, &[("6", 0.05)]), None);
        assert_eq!(as_read("7", 0.3, &[]), None);
    }
}
