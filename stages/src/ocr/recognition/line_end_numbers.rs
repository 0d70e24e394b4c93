//! Numbers in a column at the right of a page, such as those of a table of contents: Tesseract's segmentation discards a single digit far from the text
//! of its line.

use shelf_pages::{Bbox, Block, Line, Word};

use super::connected_components::connected_components;
use super::decoded_scan::GreyPage;
use super::engine::{EngineError, InputKind, recognise_words};
use super::isolated_page_number::{MAX_GAP_MM, has_size_of_number, is_number};
use super::layout::refit;
use super::residual_image::ResidualImage;
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
    let candidates = candidates(residual);
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
            && let Some(line) = lines_of(&mut blocks).nth(candidate.line)
        {
            let bbox = residual.to_scan(candidate.bbox);
            line.words.push(Word::new(word.text.clone(), bbox, word.confidence));
            found = true;
        }
    }
    Ok(if found { refit(blocks) } else { blocks })
}

fn lines_of(blocks: &mut [Block]) -> impl Iterator<Item = &mut Line> {
    let paragraphs = blocks.iter_mut().flat_map(|block| &mut block.paragraphs);
    paragraphs.flat_map(|paragraph| &mut paragraph.lines)
}

/// The unread components of the size of a number that are level with a line and right of all its words.
fn candidates(residual: &ResidualImage) -> Vec<Candidate> {
    let components = connected_components(&residual.image, residual.px(MAX_GAP_MM).round() as usize);
    let components = components.into_iter().filter(|component| has_size_of_number(residual, component));
    let candidate = |bbox: Bbox| {
        let is_level = |line: &Bbox| {
            let overlap = line.bottom().min(bbox.bottom()).saturating_sub(line.y.max(bbox.y));
            f64::from(overlap) >= MIN_LEVEL_RATIO * f64::from(bbox.height)
        };
        let level = residual.lines.iter().enumerate().filter(|(_, line)| is_level(line));
        let (line, text) = level.max_by_key(|(_, line)| line.right())?;
        let distance = f64::from(bbox.x) - f64::from(text.right());
        (distance >= residual.px(MIN_DISTANCE_MM)).then_some(Candidate { bbox, line })
    };
    components.filter_map(|component| candidate(component.bbox)).collect()
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use shelf::draw::{Document, PageFormat, Scanner};

    use super::super::test_reading::read_lines;

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
