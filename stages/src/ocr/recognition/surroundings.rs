use image::GrayImage;
use shelf_pages::{Bbox, Block, Line};

use super::binary_image::BinaryImage;
use super::dark_bands::find_dark_band;
use super::decoded_scan::{DecodedScan, MM_PER_INCH};
use super::neighbouring_page::find_neighbouring_page;
use super::off_page::{OffPage, ScanSide};
use super::skew::detect_skew;

/// Resolution at which the surroundings and the skew are measured: a tenth of a degree moves one end of a line by more than a pixel.
const SURVEY_DPI: f64 = 100.0;
/// Anything connected to the edge of the scan within this distance is not part of the page.
const BORDER_DEPTH_MM: f64 = 5.0;
/// Illumination changes slowly: paper within this distance is equally bright.
const BACKGROUND_REACH_MM: f64 = 10.0;
/// A word this close to a dark band may be the rest of one, and the next word may be this far away.
const NEAR_BAND_MM: f64 = 2.0;
const NEXT_WORD_MM: f64 = 15.0;
/// If at least this fraction of the lines that begin at a dark band are cut by it, all are: some are cut in a space.
const MIN_CUT_RATIO: f64 = 0.3;

/// What a scan shows beside its page, and how its page is turned.
pub(super) struct Surroundings {
    /// The clockwise rotation that makes the lines of text horizontal, degrees; see [`detect_skew`].
    pub(super) skew_degrees: f64,
    /// The scan in grey without dark bands and without the neighbouring page, if it has any.
    pub(super) cleared: Option<DecodedScan>,
    bands: Vec<OffPage>,
    scan_size: (u32, u32),
    size: (u32, u32),
    px_per_mm: f64,
}

impl Surroundings {
    /// Finds dark bands along the sides of a scan, the skew of its page, and the neighbouring page.
    pub(super) fn of(scan: &DecodedScan) -> Self {
        let factor = (SURVEY_DPI / scan.dpi).min(1.0);
        let px_per_mm = scan.dpi * factor / MM_PER_INCH;
        let mut grey = scan.scaled_grey(factor);
        let mut cleared: Option<GrayImage> = None;
        let mut hide = |area: &OffPage, grey: &mut GrayImage| {
            area.hide(grey, px_per_mm, cleared.get_or_insert_with(|| scan.grey.clone()));
        };
        let mut bands = Vec::new();
        for side in [ScanSide::Left, ScanSide::Right, ScanSide::Top, ScanSide::Bottom] {
            if let Some(band) = find_dark_band(&grey, side, px_per_mm) {
                hide(&band, &mut grey);
                bands.push(band);
            }
        }
        let image = BinaryImage::binarise(&grey, (BACKGROUND_REACH_MM * px_per_mm) as usize);
        let skew_degrees = detect_skew(&image.clone().without_scan_borders((BORDER_DEPTH_MM * px_per_mm) as usize));
        for side in [ScanSide::Left, ScanSide::Right] {
            if let Some(strip) = find_neighbouring_page(&image, side, &bands, skew_degrees, px_per_mm) {
                hide(&strip, &mut grey);
            }
        }
        let cleared = cleared.map(|grey| DecodedScan { grey, colour: None, dpi: scan.dpi });
        Self { skew_degrees, cleared, bands, scan_size: scan.size(), size: grey.dimensions(), px_per_mm }
    }

    /// The number of lines whose start or end a dark band covers. `blocks` are in px of the scan.
    pub(super) fn covered_lines(&self, blocks: &[Block]) -> usize {
        let paragraphs = blocks.iter().flat_map(|block| &block.paragraphs);
        let lines: Vec<&Line> = paragraphs.flat_map(|paragraph| &paragraph.lines).collect();
        let beside = self.bands.iter().filter(|band| matches!(band.side, ScanSide::Left | ScanSide::Right));
        beside.map(|band| self.lines_covered_by(band, &lines)).sum()
    }

    fn lines_covered_by(&self, band: &OffPage, lines: &[&Line]) -> usize {
        let (mut beside, mut cut) = (0, 0);
        for line in lines {
            let (Some(first), Some(last)) = (line.words.first(), line.words.last()) else { continue };
            let word = if band.side == ScanSide::Left { first.bbox } else { last.bbox };
            let Some(distance_mm) = self.distance_mm(band, word) else { continue };
            let is_cut = distance_mm <= NEXT_WORD_MM && self.rows_of(word).any(|row| band.cuts[row]);
            cut += usize::from(is_cut);
            beside += usize::from(is_cut || distance_mm <= NEAR_BAND_MM);
        }
        if cut as f64 >= MIN_CUT_RATIO * beside as f64 { beside } else { cut }
    }

    /// The distance of a word from a band at the left or right side, on paper; `None` if there is no band at its height.
    fn distance_mm(&self, band: &OffPage, word: Bbox) -> Option<f64> {
        let depth = *self.rows_of(word).map(|row| &band.depths[row]).max()?;
        let to_survey = f64::from(self.size.0) / f64::from(self.scan_size.0);
        let px = if band.side == ScanSide::Left { word.x } else { self.scan_size.0.saturating_sub(word.right()) };
        (depth > 0).then(|| (f64::from(px) * to_survey - depth as f64) / self.px_per_mm)
    }

    /// The rows of the low-resolution scan that a word covers.
    fn rows_of(&self, word: Bbox) -> impl Iterator<Item = usize> {
        let row = |y: u32| (y as usize * self.size.1 as usize / self.scan_size.1 as usize).min(self.size.1 as usize);
        row(word.y)..row(word.bottom())
    }
}
