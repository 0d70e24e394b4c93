use std::io::Cursor;

use image::{ImageFormat, ImageResult};

use super::frame::{Frame, Turn};
use super::ink::{Ink, Region};
use super::scan::Scan;
use super::{Block, CutOut, Line};
use crate::bbox::Bbox;

const MM_PER_INCH: f64 = 25.4;
/// Resolution at which figures are looked for, dots per inch: coarse enough to be cheap, fine enough for thin strokes.
const LOOK_DPI: f64 = 100.0;

// Sizes on paper, mm.
/// A figure is at least as long, as broad and as large (mm²) as this; a capital over three lines is smaller.
const LENGTH: f64 = 12.0;
const BREADTH: f64 = 7.0;
const AREA: f64 = 250.0;
/// Strokes of a figure lie no further apart.
const GAP: f64 = 1.6;
/// What hangs on the edge of the scan and is no deeper is no figure.
const EDGE_DEPTH: f64 = 5.0;
/// Light changes slowly: paper this near is as bright.
const PAPER_REACH: f64 = 10.0;
/// Text is taken out with so much around it.
const TEXT_MARGIN: f64 = 0.4;
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
/// What was read with less confidence need not be text; inside a figure it never was.
const INVENTED: f64 = 0.4;

/// Finds the figures of a page: connected dark regions without text that have a figure's size on paper.
///
/// Scan edges, rules, speckle and large capitals are none. Captions stay text.
pub(super) fn find_figures(scan: &Scan, blocks: &[Block]) -> Vec<Bbox> {
    let factor = (LOOK_DPI / scan.dpi).min(1.0);
    let px = |mm: f64| mm / MM_PER_INCH * scan.dpi * factor;
    let coarse = scan.grey_scaled(factor);
    let mut ink = Ink::of(&coarse, px(PAPER_REACH) as usize).without_edges(px(EDGE_DEPTH) as usize);
    let look = Look { scan: scan.size(), coarse: coarse.dimensions(), px_per_mm: px(1.0) };

    let lines: Vec<Bbox> = lines_of(blocks).map(|line| look.coarse_box(line.bbox)).collect();
    for word in lines_of(blocks).flat_map(|line| &line.words).filter(|word| word.confidence >= INVENTED) {
        ink.erase(look.widened(look.coarse_box(word.bbox), TEXT_MARGIN));
    }
    let cores = ink.regions(TOUCHING_PX);
    let mut figures: Vec<Bbox> = ink
        .regions(px(GAP).round() as usize)
        .into_iter()
        .filter(|region| look.has_the_size_of_a_figure(region))
        .filter(|region| look.has_a_core(region, &cores) && !look.is_text(region, &lines))
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

fn lines_of(blocks: &[Block]) -> impl Iterator<Item = &Line> {
    blocks.iter().flat_map(|block| &block.paragraphs).flat_map(|paragraph| &paragraph.lines)
}

/// The coarse picture on which figures are looked for.
struct Look {
    scan: (u32, u32),
    coarse: (u32, u32),
    px_per_mm: f64,
}

impl Look {
    fn has_the_size_of_a_figure(&self, region: &Region) -> bool {
        let (width, height) = self.size_mm(region.bbox);
        let ink = region.dark as f64 / region.bbox.area() as f64;
        width.max(height) >= LENGTH && width.min(height) >= BREADTH && width * height >= AREA && ink >= LEAST_INK
    }

    /// Whether strokes that touch each other make up much of a region.
    fn has_a_core(&self, region: &Region, strokes: &[Region]) -> bool {
        strokes.iter().map(|stroke| stroke.bbox).any(|stroke| {
            let (width, height) = self.size_mm(stroke);
            width.max(height) >= CORE_LENGTH
                && width.min(height) >= CORE_BREADTH
                && stroke.intersection(&region.bbox) == stroke
                && region.bbox.share_in(&stroke) >= CORE_SHARE
        })
    }

    /// Whether a region is a box around text, or a large capital that opens it.
    fn is_text(&self, region: &Region, lines: &[Bbox]) -> bool {
        let text: u64 = lines.iter().map(|line| line.intersection(&region.bbox).area()).sum();
        text as f64 / region.bbox.area() as f64 > MOST_TEXT || self.opens_text(region.bbox, lines)
    }

    /// Whether a region is about as high as broad and at least two lines of text begin just right of it, the first level with its top.
    fn opens_text(&self, bbox: Bbox, lines: &[Bbox]) -> bool {
        let (width, height) = self.size_mm(bbox);
        let near = self.px_per_mm * CAPITAL_DISTANCE;
        let beside = |line: &&Bbox| {
            let distance = f64::from(line.x) - f64::from(bbox.right());
            (-near / 3.0..near).contains(&distance)
                && bbox.intersection(&Bbox { x: bbox.x, ..**line }).height * 2 > line.height
        };
        let beside: Vec<&Bbox> = lines.iter().filter(beside).collect();
        let level = |line: &&Bbox| line.y.abs_diff(bbox.y) < line.height;
        height <= CAPITAL_HEIGHT
            && (0.6..1.7).contains(&(width / height))
            && beside.len() >= 2
            && beside.iter().min_by_key(|line| line.y).is_some_and(|line| level(line))
    }

    fn size_mm(&self, bbox: Bbox) -> (f64, f64) {
        (f64::from(bbox.width) / self.px_per_mm, f64::from(bbox.height) / self.px_per_mm)
    }

    fn coarse_box(&self, on_scan: Bbox) -> Bbox {
        Frame { scan: self.coarse, scaled: self.scan, turn: Turn::None }.on_scan(on_scan)
    }

    fn scan_box(&self, coarse: Bbox) -> Bbox {
        Frame { scan: self.scan, scaled: self.coarse, turn: Turn::None }.on_scan(coarse)
    }

    fn widened(&self, bbox: Bbox, by_mm: f64) -> Bbox {
        let by = (by_mm * self.px_per_mm).ceil() as u32;
        Bbox::between(bbox.x.saturating_sub(by), bbox.y.saturating_sub(by), bbox.right() + by, bbox.bottom() + by)
    }
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
