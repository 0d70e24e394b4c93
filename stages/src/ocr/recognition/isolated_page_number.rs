//! Page numbers isolated above or below the text, or beside the running head. Tesseract's segmentation discards a single digit at the foot of a page as speckle, and
//! the page number is lost; so the connected components left there are recognised again, each as a text line.

use shelf::book::parse_roman;

use shelf_pages::{Bbox, Block};

use super::connected_components::{ConnectedComponent, connected_components};
use super::decoded_scan::GreyPage;
use super::dotted_numeral::{DOTS_CONFIDENCE, count_dots};
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
/// To the left or right of the text, where dirt at the edges of scans is, it is recognised with at least this confidence, and is more than a stroke.
const MIN_CONFIDENCE_BESIDE: f64 = 0.6;
/// Beside the first or last line, it is at least so far from it, on paper.
const MIN_DISTANCE_MM: f64 = 3.0;
/// What the digit 1 is read as, without letters and words around it, and the most of them.
const STROKES: &str = "1lI|]![";
const MAX_ONES: usize = 3;
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
        let position = LayoutPosition { block: found.len() as u32, paragraph: 0, line: 0 };
        let bbox = residual.to_scan(candidate);
        if let Some(dots) = count_dots(page, area) {
            let (text, confidence) = ("i".repeat(dots), DOTS_CONFIDENCE);
            found.push(RecognisedWord { position, bbox, confidence, text, alternatives: Vec::new() });
            continue;
        }
        let read = recognise_words(language, InputKind::TextLine, &crop_on_white(&page.image, area), page.dpi)?;
        if let [word] = &read[..]
            && let Some(number) = as_number(word)
            && (is_within_column(residual, candidate) || is_certain(&number))
        {
            found.push(RecognisedWord { position, bbox, ..number });
        }
    }
    Ok(found)
}

/// Inserts isolated page numbers, each as a block: those at the head before the blocks of text, the others after them.
pub(super) fn insert_isolated_page_numbers(blocks: Vec<Block>, numbers: &[RecognisedWord]) -> Vec<Block> {
    let text = Bbox::bounding(blocks.iter().map(|block| block.bbox));
    let middle = text.map(|text| text.y + text.height / 2).unwrap_or_default();
    let (above, below): (Vec<Block>, Vec<Block>) =
        build_blocks(numbers).into_iter().partition(|number| number.bbox.y < middle);
    let all = above.into_iter().chain(blocks).chain(below);
    all.zip(1..).map(|(block, block_num)| Block { block_num, ..block }).collect()
}

fn is_certain(number: &RecognisedWord) -> bool {
    number.confidence >= MIN_CONFIDENCE_BESIDE && !number.text.chars().all(|c| STROKES.contains(c))
}

/// Whether a box is above or below the lines of text, not to their left or right.
fn is_within_column(residual: &ResidualImage, bbox: Bbox) -> bool {
    let text = Bbox::bounding(residual.lines.iter().copied());
    text.is_some_and(|text| bbox.right() > text.x && bbox.x < text.right())
}

/// The connected components above and below the text, and beside its first and last line, that have the size of a number, px of the residual image.
fn candidates(residual: &ResidualImage) -> Vec<Bbox> {
    let min_distance_px = residual.px(MIN_DISTANCE_MM) as u32;
    connected_components(&residual.image, residual.px(MAX_GAP_MM).round() as usize)
        .into_iter()
        .filter(|component| is_outside(&component.bbox, &residual.lines, min_distance_px))
        .filter(|component| has_size_of_number(residual, component))
        .map(|component| component.bbox)
        .collect()
}

/// Whether a box is above or below all lines, or far enough to the left or right of the first or last.
fn is_outside(bbox: &Bbox, lines: &[Bbox], min_distance_px: u32) -> bool {
    let is_first = |line: &Bbox| lines.iter().all(|other| other.bottom() > line.y);
    let is_last = |line: &Bbox| lines.iter().all(|other| other.y < line.bottom());
    let is_far = |line: &Bbox| line.right() + min_distance_px <= bbox.x || bbox.right() + min_distance_px <= line.x;
    let mut level = lines.iter().filter(|line| line.y < bbox.bottom() && bbox.y < line.bottom()).peekable();
    if level.peek().is_some() {
        level.all(|line| (is_first(line) || is_last(line)) && is_far(line))
    } else {
        !lines.is_empty()
            && (lines.iter().all(|line| line.y >= bbox.bottom()) || lines.iter().all(|line| line.bottom() <= bbox.y))
    }
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
    if let Some(ones) = as_ones(word) {
        return Some(ones).filter(|ones| ones.confidence >= MIN_CONFIDENCE);
    }
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

/// The number 1, 11 or 111, of which each stroke is read as a `1` or as something that looks like it: these readings together. `II` is the roman number.
fn as_ones(word: &RecognisedWord) -> Option<RecognisedWord> {
    let strokes = word.text.chars().count();
    let is_ones = |text: &str| text.chars().count() == strokes && text.chars().all(|c| STROKES.contains(c));
    let others = word.alternatives.iter().filter(|alternative| is_ones(&alternative.text));
    let confidence = (word.confidence + others.map(|other| other.probability).sum::<f64>()).min(1.0);
    let is_short = (1..=MAX_ONES).contains(&strokes);
    let is_roman = strokes > 1 && word.text.chars().all(|c| c == 'I');
    (is_short && !is_roman && is_ones(&word.text)).then(|| RecognisedWord {
        text: "1".repeat(strokes),
        confidence,
        ..word.clone()
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
    fn number_is_outside_the_text_or_beside_its_first_or_last_line() {
        let row = |y: u32| Bbox { x: 100, y, width: 200, height: 8 };
        let lines = [row(20), row(40), row(52), row(64), row(90)];
        let is_outside = |x: u32, y: u32| is_outside(&Bbox { x, y, width: 5, height: 8 }, &lines, 12);
        for (x, y) in [(200, 5), (200, 110), (80, 20), (320, 21), (320, 90)] {
            assert!(is_outside(x, y), "{x}, {y}");
        }
        for (x, y) in [(200, 20), (93, 20), (80, 40), (320, 64), (200, 76)] {
            assert!(!is_outside(x, y), "{x}, {y}");
        }
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
        assert_eq!(as_read("11", 0.4, &[("1l", 0.3), ("l1", 0.2)]).as_deref(), Some("11"));
        assert_eq!(as_read("|", 0.7, &[]).as_deref(), Some("1"));
        assert_eq!(as_read("II", 0.9, &[("11", 0.05)]), None);
        assert_eq!(as_read("|", 0.3, &[("a", 0.3)]), None);
        assert_eq!(as_read("5)", 0.48, &[]).as_deref(), Some("5"));
        assert_eq!(as_read("[5]", 0.9, &[]).as_deref(), Some("[5]"));
        assert_eq!(as_read("V", 0.9, &[]).as_deref(), Some("v"));
        assert_eq!(as_read("e", 0.9, &[("6", 0.05)]), None);
        assert_eq!(as_read("7", 0.3, &[]), None);
    }
}
