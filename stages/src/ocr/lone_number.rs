//! Numbers that stand alone above or below the text. Tesseract's segmentation takes a single digit at the foot of a page for speckle, and a
//! page number is lost that the whole book could have been sure of; so what is left of the ink there is read once more, each spot as a line.

use image::{GrayImage, imageops};
use shelf::book::parse_roman;

use super::Block;
use super::engine::{EngineError, Shown, read_words};
use super::ink::Region;
use super::layout::blocks_of;
use super::look::Look;
use super::tsv::{FoundWord, Place};
use crate::bbox::Bbox;

// Sizes on paper, mm.
/// The digits of a number lie no further apart.
const GAP: f64 = 1.6;
/// A number is so high and so wide.
const HEIGHT: std::ops::Range<f64> = 1.2..5.0;
const WIDTH: std::ops::Range<f64> = 0.5..12.0;
/// So much of the paper around a number is read with it.
const MARGIN: f64 = 2.0;

/// A number has at least this share of ink in its box.
const LEAST_INK: f64 = 0.12;
/// A page with more spots above and below its text is dirty: a number could not be told from dirt.
const MOST_SPOTS: usize = 4;
/// A number that is read with less confidence is none, 0..=1.
const SURE: f64 = 0.6;
/// A page's number has no more digits.
const MOST_DIGITS: usize = 4;

/// The numbers that stand alone above or below the text of a page, as words of blocks of their own. `picture` is what was read, not turned
/// and at `dpi`; boxes are in the scan's own pixels.
pub(super) fn read_lone_numbers(
    look: &Look,
    picture: &GrayImage,
    language: &str,
    dpi: f64,
) -> Result<Vec<FoundWord>, EngineError> {
    let mut found = Vec::new();
    let spots = spots(look);
    if spots.len() > MOST_SPOTS {
        return Ok(found);
    }
    for spot in spots {
        let around = look.on_picture(look.widened(spot, MARGIN), picture.dimensions());
        let cut = imageops::crop_imm(picture, around.x, around.y, around.width, around.height).to_image();
        if let [word] = &read_words(language, Shown::Line, &cut, dpi)?[..]
            && word.confidence >= SURE
            && is_number(&word.text)
        {
            let place = Place { block: found.len() as u32, paragraph: 0, line: 0 };
            found.push(FoundWord { place, bbox: look.scan_box(spot), ..word.clone() });
        }
    }
    Ok(found)
}

/// Puts numbers that stand alone, each as a block, before and after the blocks of text.
pub(super) fn with_lone_numbers(blocks: Vec<Block>, numbers: &[FoundWord]) -> Vec<Block> {
    let top = blocks.iter().map(|block| block.bbox.y).min().unwrap_or_default();
    let (above, below): (Vec<Block>, Vec<Block>) =
        blocks_of(numbers).into_iter().partition(|number| number.bbox.bottom() <= top);
    let all = above.into_iter().chain(blocks).chain(below);
    all.zip(1..).map(|(block, block_num)| Block { block_num, ..block }).collect()
}

/// The spots above and below the text that have the size of a number, px of the coarse picture.
fn spots(look: &Look) -> Vec<Bbox> {
    let Some(text) = Bbox::around(look.lines.iter().copied()) else { return Vec::new() };
    let regions = look.ink.regions(look.px(GAP).round() as usize);
    let outside = |region: &&Region| region.bbox.bottom() <= text.y || region.bbox.y >= text.bottom();
    regions.iter().filter(outside).filter(|region| has_the_size(look, region)).map(|region| region.bbox).collect()
}

fn has_the_size(look: &Look, region: &Region) -> bool {
    let (width, height) = look.size_mm(region.bbox);
    let ink = region.dark as f64 / region.bbox.area() as f64;
    HEIGHT.contains(&height) && WIDTH.contains(&width) && ink >= LEAST_INK
}

/// Whether a word is a number, arabic or small roman, in brackets or between dashes perhaps.
fn is_number(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| "-–—[](). ".contains(c));
    let is_arabic = (1..=MOST_DIGITS).contains(&bare.len()) && bare.bytes().all(|digit| digit.is_ascii_digit());
    // A lone `l`, `c`, `d` or `m` is dirt sooner than the 50th page of a preface.
    let is_roman = parse_roman(bare).is_some_and(|value| bare.len() > 1 || value <= 10);
    is_arabic || (is_roman && bare.bytes().all(|digit| digit.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use shelf::book::Languages;
    use shelf::draw::{Manuscript, PageFormat};
    use shelf::stage::ScanFile;

    use super::super::{OcrOptions, Settings, recognise, wanted_languages};
    use super::*;

    const PROSE: &str = "The river was broad and slow, and the men who came down to it in the morning found the boats where \
        they had left them. They waited for the rain to end, and then went on to the coast without a word.";

    /// The first page of a book, whose number stands at its foot, with the texts of what was read below the prose.
    fn read_at_foot(change: impl FnOnce(&mut GrayImage, Bbox)) -> Vec<String> {
        let book = Manuscript::new().running_heads("THE COAST", "THE COAST").body().chapter("The River").prose(PROSE);
        let mut page = book.typeset(&PageFormat::octavo()).swap_remove(0);
        let number = page.lines().last().unwrap().bbox().unwrap();
        assert_eq!(page.text().lines().last(), Some("1"));
        let number = Bbox { x: number.x, y: number.y, width: number.width, height: number.height };
        change(&mut page.image, number);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page_0001.png");
        page.image.save(&path).unwrap();
        let file = ScanFile { path, dpi: 300.0, width: page.image.width(), height: page.image.height() };
        let OcrOptions { psm, dpi, rotate, .. } = OcrOptions::default();
        let languages = wanted_languages(Some("eng"), &Languages::default()).unwrap();
        let reading = recognise((file, Settings { languages, psm, dpi, rotate })).unwrap();
        let below = reading.blocks.iter().filter(|block| block.bbox.bottom() + 20 > number.y);
        below.flat_map(|block| &block.paragraphs).map(|paragraph| paragraph.text.clone()).collect()
    }

    #[test]
    fn a_single_digit_at_the_foot_is_read() {
        assert_eq!(read_at_foot(|_, _| {}), ["1"]);
    }

    #[test]
    fn dirt_at_the_foot_is_no_number() {
        let blot = |picture: &mut GrayImage, number: Bbox| {
            let radius = i64::from(number.height) / 2;
            for (x, y) in (-radius..radius).flat_map(|x| (-radius..radius).map(move |y| (x, y))) {
                let ink = if x * x + y * y < radius * radius { 20 } else { 235 };
                let (x, y) = (i64::from(number.x) + x, i64::from(number.y) + radius + y);
                picture.put_pixel(x as u32, y as u32, Luma([ink]));
            }
        };
        assert_eq!(read_at_foot(blot), Vec::<String>::new());
    }

    #[test]
    fn numbers_are_told_from_words() {
        for number in ["1", "12", "iv", "x", "[7]", "— 8 —", "1915"] {
            assert!(is_number(number), "{number}");
        }
        for other in ["", "-", "l", "IV", "il", "4.5", "12345", "a", "7a"] {
            assert!(!is_number(other), "{other}");
        }
    }
}
