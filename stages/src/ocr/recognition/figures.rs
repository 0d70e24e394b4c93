use std::io::Cursor;

use image::{ImageFormat, ImageResult};
use shelf_pages::{Bbox, Block, Paragraph, Word};

use super::super::CroppedFigure;
use super::connected_components::{ConnectedComponent, connected_components};
use super::decoded_scan::{DecodedScan, GreyPage};
use super::erase::erase_boxes;
use super::residual_image::{MIN_TEXT_CONFIDENCE, ResidualImage};
use super::unread_text::looks_like_text;

// Sizes are measured on paper, so that they do not depend on the resolution.
/// A figure is at least this long, broad and large; an initial over three lines is smaller.
const MIN_LENGTH_MM: f64 = 12.0;
const MIN_BREADTH_MM: f64 = 7.0;
const MIN_AREA_MM2: f64 = 250.0;
/// Maximum gap between the strokes of a figure.
const MAX_GAP_MM: f64 = 1.6;
/// An initial (an ornate capital) is at most this high, and the text that it begins starts at most this far to its right.
const MAX_INITIAL_HEIGHT_MM: f64 = 30.0;
const MAX_INITIAL_DISTANCE_MM: f64 = 6.0;

/// A figure contains touching strokes that cover at least this length, breadth and fraction of its box. Letters touch only their
/// neighbours, so unrecognised text is not a figure.
const MIN_CORE_LENGTH_MM: f64 = 10.0;
const MIN_CORE_BREADTH_MM: f64 = 6.0;
const MIN_CORE_RATIO: f64 = 0.3;
/// Strokes that touch on paper may be this far apart in the residual image.
const TOUCHING_GAP_PX: usize = 1;
/// A figure's box has at least this fraction of foreground and at most this fraction of text.
const MIN_FOREGROUND_RATIO: f64 = 0.02;
const MAX_TEXT_RATIO: f64 = 0.3;
/// A row of text is at most so high, and has so many pieces that look like letters or words.
const MAX_TEXT_ROW_MM: f64 = 7.0;
const MIN_ROW_LETTERS: usize = 3;
/// Paragraphs at least this much inside a figure belong to it, 0..=1.
const MIN_INSIDE_RATIO: f64 = 0.9;

/// Finds the figures of a page, in px of the scan: connected components without text that have the size of a figure on paper.
///
/// Scan borders, rules, speckle and initials are not figures. Captions remain text.
pub(super) fn find_figures(residual: &ResidualImage) -> Vec<Bbox> {
    let cores = connected_components(&residual.image, TOUCHING_GAP_PX);
    let mut figures: Vec<Bbox> = connected_components(&residual.image, residual.px(MAX_GAP_MM).round() as usize)
        .into_iter()
        .filter(|component| has_size_of_figure(residual, component))
        .filter(|component| has_core(residual, component, &cores) && !is_text(residual, component.bbox))
        .map(|component| residual.to_scan(without_rows_of_text(residual, component.bbox, &cores)))
        .collect();
    merge_overlapping(&mut figures);
    figures.sort_by_key(|figure| (figure.y, figure.x));
    figures
}

/// The page without its figures, which are in px of the scan.
pub(super) fn erase_figures(page: &GreyPage, figures: &[Bbox], residual: &ResidualImage) -> GreyPage {
    erase_boxes(page, figures.iter().map(|figure| residual.scan_to_image(*figure, page.image.dimensions())))
}

/// Crops a figure from its scan, as PNG.
pub(super) fn crop_figure(scan: &DecodedScan, bbox: Bbox) -> ImageResult<CroppedFigure> {
    let mut png = Cursor::new(Vec::new());
    scan.crop(bbox).write_to(&mut png, ImageFormat::Png)?;
    Ok(CroppedFigure { bbox, png: png.into_inner() })
}

/// A paragraph inside a figure is a label if it has a word of so many letters that was read with so much confidence, 0..=1.
const MIN_LABEL_LETTERS: usize = 3;
const MIN_LABEL_CONFIDENCE: f64 = 0.6;

/// Drops paragraphs that Tesseract recognised in the strokes of a figure: inside a figure, and without a word that was read well. Real labels
/// have one and stay.
pub(super) fn drop_text_in_figures(blocks: Vec<Block>, figures: &[Bbox]) -> Vec<Block> {
    let kept = blocks.into_iter().filter_map(|mut block| {
        block.paragraphs.retain(|paragraph| {
            let inside = figures.iter().any(|figure| paragraph.bbox.ratio_inside(figure) > MIN_INSIDE_RATIO);
            !inside || is_label(paragraph)
        });
        block.bbox = Bbox::bounding(block.paragraphs.iter().map(|paragraph| paragraph.bbox))?;
        Some(block)
    });
    kept.zip(1..).map(|(block, block_num)| Block { block_num, ..block }).collect()
}

/// The labels that were read inside figures, as blocks: what remains if the page is read without its figures.
pub(super) fn labels_in_figures(blocks: &[Block], figures: &[Bbox]) -> Vec<Block> {
    let is_inside = |paragraph: &Paragraph| {
        figures.iter().any(|figure| paragraph.bbox.ratio_inside(figure) > MIN_INSIDE_RATIO) && is_label(paragraph)
    };
    let labels = blocks.iter().filter_map(|block| {
        let paragraphs: Vec<Paragraph> = block.paragraphs.iter().filter(|label| is_inside(label)).cloned().collect();
        let bbox = Bbox::bounding(paragraphs.iter().map(|paragraph| paragraph.bbox))?;
        Some(Block { bbox, paragraphs, ..block.clone() })
    });
    labels.collect()
}

fn is_label(paragraph: &Paragraph) -> bool {
    let letters = |word: &Word| word.text.chars().filter(|c| c.is_alphanumeric()).count();
    let mut words = paragraph.lines.iter().flat_map(|line| &line.words);
    paragraph.avg_confidence >= MIN_TEXT_CONFIDENCE
        && words.any(|word| letters(word) >= MIN_LABEL_LETTERS && word.confidence >= MIN_LABEL_CONFIDENCE)
}

fn has_size_of_figure(residual: &ResidualImage, component: &ConnectedComponent) -> bool {
    let (width, height) = residual.size_mm(component.bbox);
    let foreground_ratio = component.foreground_px as f64 / component.bbox.area() as f64;
    width.max(height) >= MIN_LENGTH_MM
        && width.min(height) >= MIN_BREADTH_MM
        && width * height >= MIN_AREA_MM2
        && foreground_ratio >= MIN_FOREGROUND_RATIO
}

/// The box of a figure without the rows of letters at its top and bottom, which may be so close that they count as a part of it.
fn without_rows_of_text(residual: &ResidualImage, figure: Bbox, strokes: &[ConnectedComponent]) -> Bbox {
    let mut inside: Vec<&ConnectedComponent> =
        strokes.iter().filter(|stroke| stroke.bbox.intersection(&figure) == stroke.bbox).collect();
    inside.sort_by_key(|stroke| stroke.bbox.y);
    let mut rows: Vec<(Bbox, Vec<&ConnectedComponent>)> = Vec::new();
    for stroke in inside {
        match rows.last_mut() {
            Some((row, strokes)) if stroke.bbox.y < row.bottom() => {
                *row = row.union(&stroke.bbox);
                strokes.push(stroke);
            }
            _ => rows.push((stroke.bbox, vec![stroke])),
        }
    }
    let is_text = |(row, strokes): &(Bbox, Vec<&ConnectedComponent>)| {
        let letters = strokes.iter().filter(|stroke| looks_like_text(residual, stroke)).count();
        residual.size_mm(*row).1 <= MAX_TEXT_ROW_MM && letters >= MIN_ROW_LETTERS && 2 * letters > strokes.len()
    };
    let from = rows.iter().position(|row| !is_text(row)).unwrap_or(0);
    let to = rows.iter().rposition(|row| !is_text(row)).map_or(rows.len(), |last| last + 1);
    Bbox::bounding(rows[from..to].iter().map(|(row, _)| *row)).unwrap_or(figure)
}

/// Whether touching strokes make up much of a component.
fn has_core(residual: &ResidualImage, component: &ConnectedComponent, strokes: &[ConnectedComponent]) -> bool {
    strokes.iter().map(|stroke| stroke.bbox).any(|stroke| {
        let (width, height) = residual.size_mm(stroke);
        width.max(height) >= MIN_CORE_LENGTH_MM
            && width.min(height) >= MIN_CORE_BREADTH_MM
            && stroke.intersection(&component.bbox) == stroke
            && component.bbox.ratio_inside(&stroke) >= MIN_CORE_RATIO
    })
}

/// Whether a box is a frame around text, or an initial.
fn is_text(residual: &ResidualImage, bbox: Bbox) -> bool {
    let text: u64 = residual.lines.iter().map(|line| line.intersection(&bbox).area()).sum();
    text as f64 / bbox.area() as f64 > MAX_TEXT_RATIO || is_initial(residual, bbox)
}

/// Whether a box is about as high as broad and at least two text lines begin just right of it, the first level with its top.
fn is_initial(residual: &ResidualImage, bbox: Bbox) -> bool {
    let (width, height) = residual.size_mm(bbox);
    let near = residual.px(MAX_INITIAL_DISTANCE_MM);
    let beside = |line: &&Bbox| {
        let distance = f64::from(line.x) - f64::from(bbox.right());
        (-near / 3.0..near).contains(&distance)
            && bbox.intersection(&Bbox { x: bbox.x, ..**line }).height * 2 > line.height
    };
    let beside: Vec<&Bbox> = residual.lines.iter().filter(beside).collect();
    let level = |line: &&Bbox| line.y.abs_diff(bbox.y) < line.height;
    height <= MAX_INITIAL_HEIGHT_MM
        && (0.6..1.7).contains(&(width / height))
        && beside.len() >= 2
        && beside.iter().min_by_key(|line| line.y).is_some_and(level)
}

/// Merges overlapping boxes until none overlap.
fn merge_overlapping(boxes: &mut Vec<Bbox>) {
    let overlapping = |boxes: &[Bbox]| {
        (0..boxes.len())
            .flat_map(|one| (0..one).map(move |other| (other, one)))
            .find(|&(other, one)| boxes[one].intersection(&boxes[other]).area() > 0)
    };
    while let Some((other, one)) = overlapping(boxes) {
        let removed = boxes.swap_remove(one);
        boxes[other] = boxes[other].union(&removed);
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};
    use shelf_pages::{Line, Paragraph, Word};

    use super::*;

    const DPI: f64 = 200.0;
    use super::super::decoded_scan::MM_PER_INCH;

    fn figures_of(page: &DecodedScan, blocks: &[Block]) -> Vec<Bbox> {
        find_figures(&ResidualImage::of(page, blocks))
    }

    fn mm(mm: f64) -> u32 {
        (mm / MM_PER_INCH * DPI) as u32
    }

    /// A box in mm on paper.
    fn at(x: f64, y: f64, width: f64, height: f64) -> Bbox {
        Bbox { x: mm(x), y: mm(y), width: mm(width), height: mm(height) }
    }

    /// A page of 120 × 180 mm with black boxes on it.
    fn page(black: &[Bbox]) -> DecodedScan {
        let mut image = GrayImage::from_pixel(mm(120.0), mm(180.0), Luma([245]));
        for bbox in black {
            for y in bbox.y..bbox.bottom().min(image.height()) {
                for x in bbox.x..bbox.right().min(image.width()) {
                    image.put_pixel(x, y, Luma([15]));
                }
            }
        }
        DecodedScan { grey: image, colour: None, dpi: DPI }
    }

    fn block(confidence: f64, lines: &[Bbox]) -> Block {
        let bbox = Bbox::bounding(lines.iter().copied()).unwrap();
        let word = |bbox: &Bbox| Word::new("text".to_owned(), *bbox, confidence);
        let lines = lines.iter().map(|bbox| Line { bbox: *bbox, words: vec![word(bbox)] }).collect();
        let paragraph = Paragraph { par_num: 1, bbox, text: "text".to_owned(), avg_confidence: confidence, lines };
        Block { block_num: 1, bbox, paragraphs: vec![paragraph] }
    }

    /// Letters of 2 × 2.4 mm in rows from `top`.
    fn letters(top: f64, rows: u32) -> Vec<Bbox> {
        (0..rows)
            .flat_map(|row| {
                (0..30).map(move |letter| at(15.0 + 3.0 * f64::from(letter), top + 5.0 * f64::from(row), 2.0, 2.4))
            })
            .collect()
    }

    #[test]
    fn figure_is_found_without_its_caption() {
        let (figure, caption) = (at(30.0, 40.0, 50.0, 35.0), at(40.0, 78.0, 30.0, 3.0));
        let found = figures_of(&page(&[figure, caption]), &[block(0.9, &[caption])]);
        let [found] = found[..] else { panic!("expected one figure, found {found:?}") };
        assert!(found.ratio_inside(&figure) > 0.95 && figure.ratio_inside(&found) > 0.95, "{found:?} for {figure:?}");
    }

    #[test]
    fn unread_row_of_letters_close_to_a_figure_is_not_a_part_of_it() {
        let figure = at(30.0, 40.0, 50.0, 35.0);
        let letter = |x: f64| [at(x, 76.2, 0.6, 2.4), at(x, 78.0, 2.0, 0.6)];
        let caption = (0..14).flat_map(|number| letter(32.0 + 3.0 * f64::from(number)));
        let found = figures_of(&page(&[figure].into_iter().chain(caption).collect::<Vec<_>>()), &[]);
        let [found] = found[..] else { panic!("expected one figure, found {found:?}") };
        assert!(found.ratio_inside(&figure) > 0.95 && figure.ratio_inside(&found) > 0.95, "{found:?} for {figure:?}");
    }

    #[test]
    fn labels_are_read_well_and_inside_figures() {
        let figure = at(30.0, 40.0, 50.0, 35.0);
        let [label, dirt, outside] = [
            block(0.9, &[at(40.0, 50.0, 10.0, 3.0)]),
            block(0.2, &[at(40.0, 60.0, 10.0, 3.0)]),
            block(0.9, &[at(40.0, 90.0, 10.0, 3.0)]),
        ];
        assert_eq!(labels_in_figures(&[label.clone(), dirt, outside], &[figure]), [label]);
    }

    #[test]
    fn drawing_of_thin_lines_is_one_figure() {
        let sides = [
            at(30.0, 40.0, 50.0, 0.3),
            at(30.0, 70.0, 50.0, 0.3),
            at(30.0, 40.0, 0.3, 30.0),
            at(80.0, 40.0, 0.3, 30.3),
            at(54.0, 41.0, 0.3, 28.0),
        ];
        let found = figures_of(&page(&sides), &[]);
        let [found] = found[..] else { panic!("expected one figure, found {found:?}") };
        assert!(at(30.0, 40.0, 50.0, 30.0).ratio_inside(&found) > 0.95);
    }

    #[test]
    fn borders_rules_speckle_and_small_marks_are_not_figures() {
        let speckle = (0..400u32).map(|n| at(f64::from(n * 37 % 117), f64::from(n * 53 % 177), 0.2, 0.2));
        let marks = [
            at(0.0, 0.0, 4.0, 180.0),
            at(0.0, 172.0, 120.0, 8.0),
            at(20.0, 20.0, 80.0, 0.6),
            at(60.0, 60.0, 9.0, 9.0),
            at(30.0, 120.0, 60.0, 4.0),
        ];
        assert_eq!(figures_of(&page(&speckle.chain(marks).collect::<Vec<_>>()), &[]), []);
        assert_eq!(figures_of(&page(&[]), &[]), []);
    }

    #[test]
    fn text_is_not_a_figure_whether_recognised_or_not() {
        let text = letters(30.0, 12);
        assert_eq!(figures_of(&page(&text), &[]), []);
        assert_eq!(figures_of(&page(&text), &[block(0.1, &text)]), []);
        assert_eq!(figures_of(&page(&text), &[block(0.9, &text)]), []);
    }

    #[test]
    fn frame_around_text_is_not_a_figure() {
        let lines: Vec<Bbox> = (0..8).map(|row| at(25.0, 45.0 + 5.0 * f64::from(row), 70.0, 3.0)).collect();
        let frame = [
            at(20.0, 40.0, 80.0, 0.5),
            at(20.0, 88.0, 80.0, 0.5),
            at(20.0, 40.0, 0.5, 48.0),
            at(99.5, 40.0, 0.5, 48.0),
        ];
        assert_eq!(figures_of(&page(&frame), &[block(0.9, &lines)]), []);
    }

    #[test]
    fn initial_is_not_a_figure() {
        let initial = at(20.0, 40.0, 18.0, 18.0);
        let beside: Vec<Bbox> = (0..4).map(|row| at(40.0, 40.0 + 5.0 * f64::from(row), 60.0, 3.0)).collect();
        assert_eq!(figures_of(&page(&[initial]), &[block(0.9, &beside)]), []);
        assert_eq!(figures_of(&page(&[initial]), &[]).len(), 1, "without text beside it, it is a figure");
    }

    #[test]
    fn cropped_figure_has_the_pixels_of_the_scan_and_stays_grey() {
        let figure = at(30.0, 40.0, 50.0, 35.0);
        let scan = page(&[figure]);
        let crop = Bbox { x: figure.x - 1, y: figure.y, width: 3, height: 2 };
        let decoded = image::load_from_memory(&crop_figure(&scan, crop).unwrap().png).unwrap();
        let image::DynamicImage::ImageLuma8(grey) = decoded else { panic!("expected a grey image") };
        assert_eq!(grey.into_raw(), [245, 15, 15, 245, 15, 15]);
    }

    #[test]
    fn only_uncertain_text_inside_figures_is_dropped() {
        let figure = at(30.0, 40.0, 50.0, 35.0);
        let (inside, outside) = (at(40.0, 50.0, 10.0, 3.0), at(30.0, 90.0, 50.0, 3.0));
        let blocks = vec![block(0.2, &[inside]), block(0.9, &[inside]), block(0.2, &[outside])];
        let kept = drop_text_in_figures(blocks, &[figure]);
        let confidences: Vec<f64> = kept.iter().map(|block| block.paragraphs[0].avg_confidence).collect();
        assert_eq!(confidences, [0.9, 0.2]);
        assert_eq!(kept.iter().map(|block| block.block_num).collect::<Vec<_>>(), [1, 2]);
    }
}
