use std::io::Cursor;

use image::{ImageFormat, ImageResult};

use super::ink::Region;
use super::look::{INVENTED, Look};
use super::scan::Scan;
use super::{Block, CutOut};
use crate::bbox::Bbox;

// Sizes on paper, mm.
/// A figure is at least as long, as broad and as large (mm²) as this; a capital over three lines is smaller.
const LENGTH: f64 = 12.0;
const BREADTH: f64 = 7.0;
const AREA: f64 = 250.0;
/// Strokes of a figure lie no further apart.
const GAP: f64 = 1.6;
/// An ornate capital is no higher, and the text that it opens stands no further to its right.
const CAPITAL_HEIGHT: f64 = 30.0;
const CAPITAL_DISTANCE: f64 = 6.0;

/// A figure has strokes that touch each other over at least this length and breadth, and over this share of its box. Letters
/// touch only their neighbours, so text that was not read is no figure.
const CORE_LENGTH: f64 = 10.0;
const CORE_BREADTH: f64 = 6.0;
const CORE_SHARE: f64 = 0.3;
/// Strokes that touch on paper may lie a pixel apart on the coarse picture.
const TOUCHING_PX: usize = 1;
/// A figure has at least this share of ink in its box, and at most this share of text.
const LEAST_INK: f64 = 0.02;
const MOST_TEXT: f64 = 0.3;

/// Finds the figures of a page: connected dark regions without text that have a figure's size on paper.
///
/// Scan edges, rules, speckle and large capitals are none. Captions stay text.
pub(super) fn find_figures(look: &Look) -> Vec<Bbox> {
    let cores = look.ink.regions(TOUCHING_PX);
    let mut figures: Vec<Bbox> = look
        .ink
        .regions(look.px(GAP).round() as usize)
        .into_iter()
        .filter(|region| has_the_size_of_a_figure(look, region))
        .filter(|region| has_a_core(look, region, &cores) && !is_text(look, region))
        .map(|region| look.scan_box(region.bbox))
        .collect();
    join_overlapping(&mut figures);
    figures.sort_by_key(|figure| (figure.y, figure.x));
    figures
}

/// Cuts a figure out of its scan, as PNG.
pub(super) fn cut_out(scan: &Scan, bbox: Bbox) -> ImageResult<CutOut> {
    let mut png = Cursor::new(Vec::new());
    scan.picture.crop_imm(bbox.x, bbox.y, bbox.width, bbox.height).write_to(&mut png, ImageFormat::Png)?;
    Ok(CutOut { bbox, png: png.into_inner() })
}

/// Takes away paragraphs that Tesseract made of a figure's strokes: inside a figure, and read without confidence. Real labels are read
/// with confidence, and stay.
pub(super) fn drop_invented_text(blocks: Vec<Block>, figures: &[Bbox]) -> Vec<Block> {
    let kept = blocks.into_iter().filter_map(|mut block| {
        block.paragraphs.retain(|paragraph| {
            let inside = figures.iter().any(|figure| paragraph.bbox.share_in(figure) > 0.9);
            !(inside && paragraph.avg_confidence < INVENTED)
        });
        block.bbox = Bbox::around(block.paragraphs.iter().map(|paragraph| paragraph.bbox))?;
        Some(block)
    });
    kept.zip(1..).map(|(block, block_num)| Block { block_num, ..block }).collect()
}

fn has_the_size_of_a_figure(look: &Look, region: &Region) -> bool {
    let (width, height) = look.size_mm(region.bbox);
    let ink = region.dark as f64 / region.bbox.area() as f64;
    width.max(height) >= LENGTH && width.min(height) >= BREADTH && width * height >= AREA && ink >= LEAST_INK
}

/// Whether strokes that touch each other make up much of a region.
fn has_a_core(look: &Look, region: &Region, strokes: &[Region]) -> bool {
    strokes.iter().map(|stroke| stroke.bbox).any(|stroke| {
        let (width, height) = look.size_mm(stroke);
        width.max(height) >= CORE_LENGTH
            && width.min(height) >= CORE_BREADTH
            && stroke.intersection(&region.bbox) == stroke
            && region.bbox.share_in(&stroke) >= CORE_SHARE
    })
}

/// Whether a region is a box around text, or a large capital that opens it.
fn is_text(look: &Look, region: &Region) -> bool {
    let text: u64 = look.lines.iter().map(|line| line.intersection(&region.bbox).area()).sum();
    text as f64 / region.bbox.area() as f64 > MOST_TEXT || opens_text(look, region.bbox)
}

/// Whether a region is about as high as broad and at least two lines of text begin just right of it, the first level with its top.
fn opens_text(look: &Look, bbox: Bbox) -> bool {
    let (width, height) = look.size_mm(bbox);
    let near = look.px(CAPITAL_DISTANCE);
    let beside = |line: &&Bbox| {
        let distance = f64::from(line.x) - f64::from(bbox.right());
        (-near / 3.0..near).contains(&distance)
            && bbox.intersection(&Bbox { x: bbox.x, ..**line }).height * 2 > line.height
    };
    let beside: Vec<&Bbox> = look.lines.iter().filter(beside).collect();
    let level = |line: &&Bbox| line.y.abs_diff(bbox.y) < line.height;
    height <= CAPITAL_HEIGHT
        && (0.6..1.7).contains(&(width / height))
        && beside.len() >= 2
        && beside.iter().min_by_key(|line| line.y).is_some_and(level)
}

/// Joins boxes that overlap, until none does.
fn join_overlapping(boxes: &mut Vec<Bbox>) {
    let overlapping = |boxes: &[Bbox]| {
        (0..boxes.len())
            .flat_map(|one| (0..one).map(move |other| (other, one)))
            .find(|&(other, one)| boxes[one].intersection(&boxes[other]).area() > 0)
    };
    while let Some((other, one)) = overlapping(boxes) {
        let joined = boxes.swap_remove(one);
        boxes[other] = boxes[other].union(&joined);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Line, Paragraph, Word};
    use super::*;
    use image::{GrayImage, Luma};

    const DPI: f64 = 200.0;
    const MM_PER_INCH: f64 = 25.4;

    fn found_on(page: &Scan, blocks: &[Block]) -> Vec<Bbox> {
        find_figures(&Look::at(page, blocks))
    }

    fn mm(mm: f64) -> u32 {
        (mm / MM_PER_INCH * DPI) as u32
    }

    /// A box given in mm on paper.
    fn at(x: f64, y: f64, width: f64, height: f64) -> Bbox {
        Bbox { x: mm(x), y: mm(y), width: mm(width), height: mm(height) }
    }

    /// A page of 120 × 180 mm with black boxes on it.
    fn page(black: &[Bbox]) -> Scan {
        let mut picture = GrayImage::from_pixel(mm(120.0), mm(180.0), Luma([245]));
        for spot in black {
            for y in spot.y..spot.bottom().min(picture.height()) {
                for x in spot.x..spot.right().min(picture.width()) {
                    picture.put_pixel(x, y, Luma([15]));
                }
            }
        }
        Scan { picture: picture.into(), dpi: DPI }
    }

    fn block(confidence: f64, lines: &[Bbox]) -> Block {
        let bbox = Bbox::around(lines.iter().copied()).unwrap();
        let word = |bbox: &Bbox| Word { text: "text".to_owned(), bbox: *bbox, confidence };
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
    fn a_figure_is_found_where_it_lies_and_its_caption_stays_out() {
        let (figure, caption) = (at(30.0, 40.0, 50.0, 35.0), at(40.0, 78.0, 30.0, 3.0));
        let found = found_on(&page(&[figure, caption]), &[block(0.9, &[caption])]);
        let [found] = found[..] else { panic!("one figure, not {found:?}") };
        assert!(found.share_in(&figure) > 0.95 && figure.share_in(&found) > 0.95, "{found:?} for {figure:?}");
    }

    #[test]
    fn a_drawing_of_thin_lines_is_one_figure() {
        let sides = [
            at(30.0, 40.0, 50.0, 0.3),
            at(30.0, 70.0, 50.0, 0.3),
            at(30.0, 40.0, 0.3, 30.0),
            at(80.0, 40.0, 0.3, 30.3),
            at(54.0, 41.0, 0.3, 28.0),
        ];
        let found = found_on(&page(&sides), &[]);
        let [found] = found[..] else { panic!("one figure, not {found:?}") };
        assert!(at(30.0, 40.0, 50.0, 30.0).share_in(&found) > 0.95);
    }

    #[test]
    fn edges_rules_speckle_and_small_marks_are_no_figures() {
        let speckle = (0..400u32).map(|n| at(f64::from(n * 37 % 117), f64::from(n * 53 % 177), 0.2, 0.2));
        let marks = [
            at(0.0, 0.0, 4.0, 180.0),
            at(0.0, 172.0, 120.0, 8.0),
            at(20.0, 20.0, 80.0, 0.6),
            at(60.0, 60.0, 9.0, 9.0),
            at(30.0, 120.0, 60.0, 4.0),
        ];
        assert_eq!(found_on(&page(&speckle.chain(marks).collect::<Vec<_>>()), &[]), []);
        assert_eq!(found_on(&page(&[]), &[]), []);
    }

    #[test]
    fn text_is_no_figure_whether_it_was_read_or_not() {
        let text = letters(30.0, 12);
        assert_eq!(found_on(&page(&text), &[]), []);
        assert_eq!(found_on(&page(&text), &[block(0.1, &text)]), []);
        assert_eq!(found_on(&page(&text), &[block(0.9, &text)]), []);
    }

    #[test]
    fn a_frame_around_text_is_no_figure() {
        let lines: Vec<Bbox> = (0..8).map(|row| at(25.0, 45.0 + 5.0 * f64::from(row), 70.0, 3.0)).collect();
        let frame = [
            at(20.0, 40.0, 80.0, 0.5),
            at(20.0, 88.0, 80.0, 0.5),
            at(20.0, 40.0, 0.5, 48.0),
            at(99.5, 40.0, 0.5, 48.0),
        ];
        assert_eq!(found_on(&page(&frame), &[block(0.9, &lines)]), []);
    }

    #[test]
    fn a_large_capital_that_opens_text_is_no_figure() {
        let capital = at(20.0, 40.0, 18.0, 18.0);
        let beside: Vec<Bbox> = (0..4).map(|row| at(40.0, 40.0 + 5.0 * f64::from(row), 60.0, 3.0)).collect();
        assert_eq!(found_on(&page(&[capital]), &[block(0.9, &beside)]), []);
        assert_eq!(found_on(&page(&[capital]), &[]).len(), 1, "alone it is a figure");
    }

    #[test]
    fn a_cut_out_has_the_pixels_of_the_scan_and_stays_grey() {
        let figure = at(30.0, 40.0, 50.0, 35.0);
        let scan = page(&[figure]);
        let cut = Bbox { x: figure.x - 1, y: figure.y, width: 3, height: 2 };
        let picture = image::load_from_memory(&cut_out(&scan, cut).unwrap().png).unwrap();
        let image::DynamicImage::ImageLuma8(grey) = picture else { panic!("grey stays grey") };
        assert_eq!(grey.into_raw(), [245, 15, 15, 245, 15, 15]);
    }

    #[test]
    fn only_what_was_read_without_confidence_inside_a_figure_goes() {
        let figure = at(30.0, 40.0, 50.0, 35.0);
        let (inside, outside) = (at(40.0, 50.0, 10.0, 3.0), at(30.0, 90.0, 50.0, 3.0));
        let blocks = vec![block(0.2, &[inside]), block(0.9, &[inside]), block(0.2, &[outside])];
        let kept = drop_invented_text(blocks, &[figure]);
        let confidences: Vec<f64> = kept.iter().map(|block| block.paragraphs[0].avg_confidence).collect();
        assert_eq!(confidences, [0.9, 0.2]);
        assert_eq!(kept.iter().map(|block| block.block_num).collect::<Vec<_>>(), [1, 2]);
    }
}
