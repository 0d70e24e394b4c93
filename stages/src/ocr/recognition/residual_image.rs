use shelf_pages::{Bbox, Block, Line};

use super::binary_image::BinaryImage;
use super::decoded_scan::{DecodedScan, MM_PER_INCH};
use super::scan_transform::{Rotation, ScanTransform};

/// Resolution of the residual image: cheap to search, and fine enough for thin strokes.
const RESIDUAL_DPI: f64 = 100.0;
/// Anything connected to the edge of the scan within this distance is not part of the page.
const BORDER_DEPTH_MM: f64 = 5.0;
/// Illumination changes slowly: paper within this distance is equally bright.
const BACKGROUND_REACH_MM: f64 = 10.0;
/// Margin around words that is erased with them.
const TEXT_MARGIN_MM: f64 = 0.4;

/// Words with a lower confidence may not be text at all; inside a figure they never are, 0..=1.
pub(super) const MIN_TEXT_CONFIDENCE: f64 = 0.4;

/// What remains of a page after its text: a low-resolution binary image without the recognised words and the scan's borders.
pub(super) struct ResidualImage {
    pub(super) image: BinaryImage,
    /// The page before anything was erased.
    pub(super) page_image: BinaryImage,
    /// The recognised text lines, px of the residual image.
    pub(super) lines: Vec<Bbox>,
    scan_size: (u32, u32),
    size: (u32, u32),
    px_per_mm: f64,
}

impl ResidualImage {
    pub(super) fn of(scan: &DecodedScan, blocks: &[Block]) -> Self {
        let factor = (RESIDUAL_DPI / scan.dpi).min(1.0);
        let px_per_mm = scan.dpi * factor / MM_PER_INCH;
        let grey = scan.scaled_grey(factor);
        let image = BinaryImage::binarise(&grey, (BACKGROUND_REACH_MM * px_per_mm) as usize);
        let page_image = image.clone();
        let image = image.without_scan_borders((BORDER_DEPTH_MM * px_per_mm) as usize);
        let mut residual =
            Self { image, page_image, lines: Vec::new(), scan_size: scan.size(), size: grey.dimensions(), px_per_mm };
        residual.lines = lines_of(blocks).map(|line| residual.map_from_scan(line.bbox)).collect();
        let words = lines_of(blocks).flat_map(|line| &line.words);
        for word in words.filter(|word| word.confidence >= MIN_TEXT_CONFIDENCE) {
            residual.image.erase(residual.with_margin(residual.map_from_scan(word.bbox), TEXT_MARGIN_MM));
        }
        residual
    }

    /// Erases a box of the scan, and a margin around it.
    pub(super) fn erase(&mut self, bbox: Bbox, margin_mm: f64) {
        self.image.erase(self.with_margin(self.map_from_scan(bbox), margin_mm));
    }

    /// Converts a length on paper to px of the residual image.
    pub(super) fn px(&self, mm: f64) -> f64 {
        mm * self.px_per_mm
    }

    /// Width and height of a box on paper, mm.
    pub(super) fn size_mm(&self, bbox: Bbox) -> (f64, f64) {
        (f64::from(bbox.width) / self.px_per_mm, f64::from(bbox.height) / self.px_per_mm)
    }

    /// Maps a box from the residual image to the scan.
    pub(super) fn to_scan(&self, bbox: Bbox) -> Bbox {
        self.to_image(bbox, self.scan_size)
    }

    /// Maps a box from the residual image to another image of the scan of `size` px.
    pub(super) fn to_image(&self, bbox: Bbox, size: (u32, u32)) -> Bbox {
        ScanTransform { scan_size: size, scaled_size: self.size, rotation: Rotation::None }.to_scan(bbox)
    }

    /// Maps a box from another image of the scan of `size` px to the scan.
    pub(super) fn image_to_scan(&self, bbox: Bbox, size: (u32, u32)) -> Bbox {
        ScanTransform { scan_size: self.scan_size, scaled_size: size, rotation: Rotation::None }.to_scan(bbox)
    }

    /// Maps a box from the scan to another image of it of `size` px.
    pub(super) fn scan_to_image(&self, bbox: Bbox, size: (u32, u32)) -> Bbox {
        ScanTransform { scan_size: size, scaled_size: self.scan_size, rotation: Rotation::None }.to_scan(bbox)
    }

    /// The box with a margin on every side.
    pub(super) fn with_margin(&self, bbox: Bbox, margin_mm: f64) -> Bbox {
        let margin = self.px(margin_mm).ceil() as u32;
        let (left, top) = (bbox.x.saturating_sub(margin), bbox.y.saturating_sub(margin));
        Bbox::from_edges(left, top, bbox.right() + margin, bbox.bottom() + margin)
    }

    /// Maps a box from the scan to the residual image.
    pub(super) fn map_from_scan(&self, bbox: Bbox) -> Bbox {
        ScanTransform { scan_size: self.size, scaled_size: self.scan_size, rotation: Rotation::None }.to_scan(bbox)
    }
}

/// The lines of blocks.
pub(super) fn lines_of(blocks: &[Block]) -> impl Iterator<Item = &Line> {
    blocks.iter().flat_map(|block| &block.paragraphs).flat_map(|paragraph| &paragraph.lines)
}
