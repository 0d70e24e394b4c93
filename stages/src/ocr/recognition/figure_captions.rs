//! Captions above and below figures. Tesseract's segmentation takes a short line beside a large picture for a part of it, and discards it; so the rows of
//! ink that are left there are recognised again, each as a text line.

use shelf_pages::{Bbox, Block};

use super::connected_components::connected_components;
use super::decoded_scan::GreyPage;
use super::engine::{EngineError, InputKind, recognise_words};
use super::layout::{build_blocks, insert_by_height};
use super::residual_image::ResidualImage;
use super::tsv::{LayoutPosition, RecognisedWord};
use super::unread_text::looks_like_text;
use super::white_crop::crop_on_white;

/// Maximum distance of a caption from its figure, and of its rows from each other, on paper.
const MAX_DISTANCE_MM: f64 = 9.0;
const MAX_ROW_DISTANCE_MM: f64 = 3.5;
/// A caption extends beyond its figure by at most this fraction of the figure's width on either side.
const MAX_OVERHANG_RATIO: f64 = 0.3;
/// Maximum gap between the letters of a word, on paper.
const MAX_LETTER_GAP_MM: f64 = 0.7;
/// Margin around a row that is recognised with it, on paper.
const MARGIN_MM: f64 = 1.2;
/// A row is at least this long, on paper, and a caption has at most so many rows.
const MIN_ROW_MM: f64 = 6.0;
const MAX_ROWS: usize = 6;
/// A caption has a word of so many letters, and its words were read with this confidence on average, 0..=1.
const MIN_LETTERS: usize = 3;
const MIN_CONFIDENCE: f64 = 0.6;

/// Recognises the unread captions of figures, and inserts each as a block. `page` is the page as recognised, not rotated; all boxes are in px of the scan.
pub(super) fn recognise_captions(
    blocks: Vec<Block>,
    figures: &[Bbox],
    residual: &ResidualImage,
    page: &GreyPage,
    language: &str,
) -> Result<Vec<Block>, EngineError> {
    let mut captions = Vec::new();
    for rows in figures.iter().flat_map(|figure| unread_rows_beside(*figure, figures, residual)) {
        let mut words = Vec::new();
        for (line, row) in (0..).zip(rows) {
            let area = residual.to_image(residual.with_margin(row, MARGIN_MM), page.image.dimensions());
            let read = recognise_words(language, InputKind::TextLine, &crop_on_white(&page.image, area), page.dpi)?;
            words.extend(read.into_iter().map(|word| {
                let Bbox { x, y, .. } = word.bbox;
                let bbox =
                    residual.image_to_scan(Bbox { x: x + area.x, y: y + area.y, ..word.bbox }, page.image.dimensions());
                RecognisedWord { position: LayoutPosition { block: 0, paragraph: 0, line }, bbox, ..word }
            }));
        }
        if is_text(&words) {
            captions.extend(build_blocks(&words));
        }
    }
    Ok(insert_by_height(blocks, captions))
}

fn is_text(words: &[RecognisedWord]) -> bool {
    let confidence = words.iter().map(|word| word.confidence).sum::<f64>() / words.len().max(1) as f64;
    let letters = |word: &RecognisedWord| word.text.chars().filter(|c| c.is_alphabetic()).count();
    confidence >= MIN_CONFIDENCE && words.iter().any(|word| letters(word) >= MIN_LETTERS)
}

/// The rows of unread ink below a figure, and those above it, px of the residual image.
fn unread_rows_beside(figure: Bbox, figures: &[Bbox], residual: &ResidualImage) -> Vec<Vec<Bbox>> {
    let mut ink = residual.image.clone();
    for figure in figures {
        ink.erase(residual.map_from_scan(*figure));
    }
    let figure = residual.map_from_scan(figure);
    let overhang = (f64::from(figure.width) * MAX_OVERHANG_RATIO) as u32;
    let (left, right) = (figure.x.saturating_sub(overhang), figure.right() + overhang);
    let is_beside = |piece: &Bbox| piece.x >= left && piece.right() <= right;
    let pieces: Vec<Bbox> = connected_components(&ink, residual.px(MAX_LETTER_GAP_MM).round() as usize)
        .into_iter()
        .filter(|component| looks_like_text(residual, component) && is_beside(&component.bbox))
        .map(|component| component.bbox)
        .collect();
    let mut rows: Vec<Bbox> = Vec::new();
    for piece in pieces {
        let same_row = |row: &&mut Bbox| {
            2 * piece.bottom().min(row.bottom()).saturating_sub(piece.y.max(row.y)) >= piece.height.min(row.height)
        };
        match rows.iter_mut().find(same_row) {
            Some(row) => *row = row.union(&piece),
            None => rows.push(piece),
        }
    }
    rows.retain(|row| residual.size_mm(*row).0 >= MIN_ROW_MM);
    rows.sort_by_key(|row| row.y);
    let below: Vec<Bbox> = rows.iter().copied().filter(|row| row.y >= figure.bottom()).collect();
    let above: Vec<Bbox> = rows.iter().rev().copied().filter(|row| row.bottom() <= figure.y).collect();
    let distance = |a: &Bbox, b: &Bbox| f64::from(a.y.max(b.y).saturating_sub(a.bottom().min(b.bottom())));
    let adjacent = |rows: Vec<Bbox>| {
        let mut last = figure;
        let mut max_px = residual.px(MAX_DISTANCE_MM);
        let is_near = |row: &Bbox| {
            let near = distance(row, &last) <= max_px;
            (last, max_px) = (*row, residual.px(MAX_ROW_DISTANCE_MM));
            near
        };
        rows.into_iter().take_while(is_near).collect::<Vec<_>>()
    };
    let is_read =
        |rows: &[Bbox]| rows.iter().any(|row| residual.lines.iter().any(|line| line.intersection(row).area() > 0));
    let mut found = vec![adjacent(below), adjacent(above)];
    for rows in &mut found {
        rows.sort_by_key(|row| row.y);
    }
    found.retain(|rows| (1..=MAX_ROWS).contains(&rows.len()) && !is_read(rows));
    found
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};
    use shelf::draw::{BlockKind, Document, DrawnPage, PageFormat, Scanner, TestFigure};

    use super::super::test_reading::read_blocks;

    fn texts(image: &GrayImage) -> Vec<String> {
        let read = read_blocks(image);
        read.iter().flat_map(|block| &block.paragraphs).map(|paragraph| paragraph.text.clone()).collect()
    }

    fn plate(caption: &str) -> DrawnPage {
        let figure = TestFigure { width_mm: 78.0, height_mm: 112.0, seed: 31 };
        Document::new().plate(figure, caption).typeset(&PageFormat::octavo()).remove(0)
    }

    /// Tesseract takes the text above and below a hatched picture for a part of it.
    #[test]
    fn text_beside_a_hatched_figure_is_read() {
        const CAPTION: &str = "The compass is called the tell-tale.";
        const TEXT: &str = "The master of the ship, while below, can inform himself of the course that she steers, without \
                            going to the compass at the helm, which is another matter.";
        for seed in 41..44 {
            let figure = TestFigure { width_mm: 60.0, height_mm: 42.0, seed };
            let book =
                Document::new().running_heads("Of Compasses", "Of Compasses").figure(figure, CAPTION).prose(TEXT);
            let mut page = book.typeset(&PageFormat::octavo()).remove(0);
            let hatched = page.figures[0];
            for y in hatched.y..hatched.bottom() {
                for x in hatched.x..hatched.right() {
                    page.image.put_pixel(x, y, Luma([if (x + y / 2) % 14 < 8 { 20 } else { 250 }]));
                }
            }
            let read = texts(&Scanner::new(seed).scan(&page, 1).image).join(" ").replace('\n', " ");
            for printed in [CAPTION, "can inform himself", "another matter."] {
                assert!(read.contains(printed), "{seed}: {printed}: {read}");
            }
        }
    }

    #[test]
    fn short_captions_of_plates_are_read() {
        for (seed, caption) in
            (41..).zip(["THE OLD MILL.", "IN AN INN.", "Plate IV.", "A view of the river and its boats."])
        {
            let page = plate(caption);
            assert!(page.blocks.iter().any(|block| block.kind == BlockKind::Caption));
            assert_eq!(texts(&Scanner::new(seed).scan(&page, 1).image), [caption], "{caption}");
        }
    }
}
