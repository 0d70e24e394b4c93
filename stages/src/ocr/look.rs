use super::frame::{Frame, Turn};
use super::ink::Ink;
use super::scan::Scan;
use super::{Block, Line};
use crate::bbox::Bbox;

const MM_PER_INCH: f64 = 25.4;
/// Resolution of the coarse picture, dots per inch: cheap to search, and fine enough for thin strokes.
const LOOK_DPI: f64 = 100.0;

// Sizes on paper, mm.
/// What hangs on the edge of the scan and is no deeper belongs to no page.
const EDGE_DEPTH: f64 = 5.0;
/// Light changes slowly: paper this near is as bright.
const PAPER_REACH: f64 = 10.0;
/// Text is taken out with so much around it.
const TEXT_MARGIN: f64 = 0.4;

/// What was read with less confidence need not be text; inside a figure it never was.
pub(super) const INVENTED: f64 = 0.4;

/// A coarse picture of a page on which is looked for what Tesseract has not read: its ink, without the text that was read and without
/// what a scan shows around the page.
pub(super) struct Look {
    pub(super) ink: Ink,
    /// The lines that were read, px of the coarse picture.
    pub(super) lines: Vec<Bbox>,
    scan: (u32, u32),
    coarse: (u32, u32),
    px_per_mm: f64,
}

impl Look {
    pub(super) fn at(scan: &Scan, blocks: &[Block]) -> Self {
        let factor = (LOOK_DPI / scan.dpi).min(1.0);
        let px_per_mm = scan.dpi * factor / MM_PER_INCH;
        let coarse = scan.grey_scaled(factor);
        let ink = Ink::of(&coarse, (PAPER_REACH * px_per_mm) as usize);
        let ink = ink.without_edges((EDGE_DEPTH * px_per_mm) as usize);
        let mut look = Self { ink, lines: Vec::new(), scan: scan.size(), coarse: coarse.dimensions(), px_per_mm };
        look.lines = lines_of(blocks).map(|line| look.coarse_box(line.bbox)).collect();
        for word in lines_of(blocks).flat_map(|line| &line.words).filter(|word| word.confidence >= INVENTED) {
            look.ink.erase(look.widened(look.coarse_box(word.bbox), TEXT_MARGIN));
        }
        look
    }

    /// A length on paper in px of the coarse picture.
    pub(super) fn px(&self, mm: f64) -> f64 {
        mm * self.px_per_mm
    }

    /// Width and height on paper, mm.
    pub(super) fn size_mm(&self, bbox: Bbox) -> (f64, f64) {
        (f64::from(bbox.width) / self.px_per_mm, f64::from(bbox.height) / self.px_per_mm)
    }

    /// The box on the scan that a box on the coarse picture stands for.
    pub(super) fn scan_box(&self, coarse: Bbox) -> Bbox {
        Frame { scan: self.scan, scaled: self.coarse, turn: Turn::None }.on_scan(coarse)
    }

    /// The same on another picture of the scan, `size` px wide and high.
    pub(super) fn on_picture(&self, coarse: Bbox, size: (u32, u32)) -> Bbox {
        Frame { scan: size, scaled: self.coarse, turn: Turn::None }.on_scan(coarse)
    }

    /// The box with so much more on every side, mm.
    pub(super) fn widened(&self, bbox: Bbox, by_mm: f64) -> Bbox {
        let by = self.px(by_mm).ceil() as u32;
        Bbox::between(bbox.x.saturating_sub(by), bbox.y.saturating_sub(by), bbox.right() + by, bbox.bottom() + by)
    }

    fn coarse_box(&self, on_scan: Bbox) -> Bbox {
        Frame { scan: self.coarse, scaled: self.scan, turn: Turn::None }.on_scan(on_scan)
    }
}

fn lines_of(blocks: &[Block]) -> impl Iterator<Item = &Line> {
    blocks.iter().flat_map(|block| &block.paragraphs).flat_map(|paragraph| &paragraph.lines)
}
