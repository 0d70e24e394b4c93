use shelf_pages::Bbox;

use super::binary_image::BinaryImage;
use super::connected_components::connected_components;
use super::off_page::{OffPage, ScanSide};

// Sizes are measured on paper.
/// Maximum gap between the letters of a word.
const MAX_LETTER_GAP_MM: f64 = 0.7;
/// Height of a letter or a word, and of what is left of one that the side of the scan cuts off.
const HEIGHT_MM: std::ops::Range<f64> = 0.9..8.0;
/// The outermost pixels of some scans are dark throughout.
const FRAME_MM: f64 = 0.5;
/// What is cut off begins at the side of the scan, or at the dark band there, or is at most this far from it.
const MAX_CUT_DISTANCE_MM: f64 = 1.2;
/// The strip of the neighbouring page is at most this fraction of the width of the scan; its own margin and the page's are beside it.
const MAX_STRIP_RATIO: f64 = 0.2;
/// The margins of both pages, at the fold, are together at least this wide.
const MIN_GAP_MM: f64 = 7.0;
/// As much of the page's own margin is kept.
const PAGE_MARGIN_MM: f64 = 2.0;
/// At most this fraction of the rows of the strip reach into the gap: specks and dirt.
const MAX_IN_GAP_RATIO: f64 = 0.05;
/// The strip has at least this many rows, over at least this fraction of the height of the scan.
const MIN_ROWS: usize = 8;
const MIN_HEIGHT_RATIO: f64 = 0.35;
/// At least this fraction of the rows of the strip are cut off; others end in a space or are indented.
const MIN_CUT_RATIO: f64 = 0.5;
/// The page has at least this multiple of the text of the strip.
const MIN_PAGE_MULTIPLE: usize = 3;

/// The strip of the neighbouring page at the left or right side of a scan whose lines a clockwise rotation by `skew_degrees` makes horizontal: rows of
/// letters that the side of the scan or a dark band cuts off, beyond the margins of both pages. `image` is the scan at `px_per_mm`, without its dark `bands`.
pub(super) fn find_neighbouring_page(
    image: &BinaryImage,
    side: ScanSide,
    bands: &[OffPage],
    skew_degrees: f64,
    px_per_mm: f64,
) -> Option<OffPage> {
    let px = |mm: f64| mm * px_per_mm;
    let slope = skew_degrees.to_radians().tan();
    let middle = image.height as f64 / 2.0;
    // How far a column leans to the right at a row.
    let lean = |y: f64| (y - middle) * slope;
    let from_side = |piece: &Bbox| {
        let lean = lean(f64::from(piece.y) + f64::from(piece.height) / 2.0);
        let (left, right) = (f64::from(piece.x) - lean, f64::from(piece.right()) - lean);
        if side == ScanSide::Left { (left, right) } else { (image.width as f64 - right, image.width as f64 - left) }
    };
    let pieces: Vec<Bbox> =
        connected_components(&without_frame(image, px(FRAME_MM).ceil() as u32), px(MAX_LETTER_GAP_MM).round() as usize)
            .into_iter()
            .map(|component| component.bbox)
            .filter(|bbox| HEIGHT_MM.contains(&(f64::from(bbox.height) / px_per_mm)))
            .collect();
    let gap = first_gap(&pieces, &from_side, image.width as f64 * MAX_STRIP_RATIO, px(MIN_GAP_MM))?;
    let (strip, page): (Vec<Bbox>, Vec<Bbox>) = pieces.iter().partition(|piece| from_side(piece).1 <= gap.1);
    let is_cut = |piece: &Bbox| {
        let distance = if side == ScanSide::Left { piece.x } else { image.width as u32 - piece.right() };
        let row = (piece.y + piece.height / 2) as usize;
        let band = bands.iter().find(|band| band.side == side).map_or(0, |band| band.depths[row]);
        f64::from(distance) <= band as f64 + px(MAX_CUT_DISTANCE_MM)
    };
    let rows = rows(strip.clone());
    let cut = rows.iter().filter(|row| row.iter().any(is_cut)).count();
    let span = Bbox::bounding(strip.iter().copied())?;
    let width_of = |pieces: &[Bbox]| pieces.iter().map(|piece| piece.width as usize).sum::<usize>();
    let is_strip = rows.len() >= MIN_ROWS
        && f64::from(span.height) >= MIN_HEIGHT_RATIO * image.height as f64
        && cut as f64 >= MIN_CUT_RATIO * rows.len() as f64
        && width_of(&page) >= MIN_PAGE_MULTIPLE * width_of(&strip);
    // The shadow of the fold is in the gap.
    let boundary = (gap.1 - px(PAGE_MARGIN_MM)).max(f64::midpoint(gap.0, gap.1));
    let towards_page = if side == ScanSide::Left { 1.0 } else { -1.0 };
    let depth = |y: usize| (boundary + towards_page * lean(y as f64)).max(0.0) as usize;
    is_strip.then(|| OffPage { side, depths: (0..image.height).map(depth).collect(), cuts: vec![false; image.height] })
}

fn without_frame(image: &BinaryImage, thickness_px: u32) -> BinaryImage {
    let (width, height) = (image.width as u32, image.height as u32);
    let mut inner = image.clone();
    inner.erase(Bbox { x: 0, y: 0, width, height: thickness_px });
    inner.erase(Bbox { x: 0, y: height.saturating_sub(thickness_px), width, height: thickness_px });
    inner.erase(Bbox { x: 0, y: 0, width: thickness_px, height });
    inner.erase(Bbox { x: width.saturating_sub(thickness_px), y: 0, width: thickness_px, height });
    inner
}

/// The first gap of at least `min_px` between text at the side and the page; it begins at most `max_start` px from the side.
fn first_gap(
    pieces: &[Bbox],
    from_side: &impl Fn(&Bbox) -> (f64, f64),
    max_start: f64,
    min_px: f64,
) -> Option<(f64, f64)> {
    let mut spans: Vec<(f64, f64)> = pieces.iter().map(from_side).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let near = spans.iter().filter(|span| span.0 < max_start).count();
    let allowed = (near as f64 * MAX_IN_GAP_RATIO) as usize;
    // The ends of the pieces before each start: the gap begins where all but a few have ended.
    (1..spans.len().min(near + 1)).find_map(|at| {
        let mut ends: Vec<f64> = spans[..at].iter().map(|span| span.1).collect();
        ends.sort_by(f64::total_cmp);
        let start = ends[ends.len() - 1 - allowed.min(ends.len() - 1)];
        let end = spans[at].0;
        (start <= max_start && end - start >= min_px).then_some((start, end))
    })
}

/// The pieces by row, from top to bottom.
fn rows(mut pieces: Vec<Bbox>) -> Vec<Vec<Bbox>> {
    pieces.sort_by_key(|piece| piece.y + piece.height / 2);
    let mut rows: Vec<Vec<Bbox>> = Vec::new();
    for piece in pieces {
        match rows.last_mut() {
            Some(row) if row.iter().any(|other| piece.y + piece.height / 2 < other.bottom()) => row.push(piece),
            _ => rows.push(vec![piece]),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use image::GrayImage;
    use shelf::draw::{Degrader, Document, NeighbourStrip, PageFormat, ScanSide as Side};

    use super::*;

    const PX_PER_MM: f64 = 100.0 / 25.4;
    const PROSE: &str =
        "The river was broad and slow, and the men who came down to it found the boats where they had left them. ";

    fn page() -> GrayImage {
        let format = PageFormat::octavo().at_dpi(100);
        Document::new().prose(&PROSE.repeat(30)).typeset(&format).swap_remove(0).image
    }

    /// The page with a strip of another beside it, turned clockwise; the side of the scan cuts through the strip.
    fn with_strip(side: Side, degrees: f32) -> GrayImage {
        let both = NeighbourStrip { side, width_in: 1.3, shadow: 90 }.beside(&page(), &page(), 100);
        let turned = Degrader { skew_degrees: degrees, ..Degrader::new(5, 100) }.degrade(&both, 100);
        let left = if side == Side::Left { 20 } else { 0 };
        image::imageops::crop_imm(&turned, left, 0, turned.width() - 20, turned.height()).to_image()
    }

    fn found(image: &GrayImage, side: ScanSide, degrees: f64) -> Option<OffPage> {
        find_neighbouring_page(&BinaryImage::binarise(image, 39), side, &[], degrees, PX_PER_MM)
    }

    #[test]
    fn strip_ends_between_the_margins() {
        // The fold is 110 px from the side; the margins are 72 and 83 px wide.
        for (drawn, side) in [(Side::Left, ScanSide::Left), (Side::Right, ScanSide::Right)] {
            let strip = found(&with_strip(drawn, 0.0), side, 0.0).unwrap();
            assert!(strip.depths.iter().all(|depth| (60..190).contains(depth)), "{:?}", strip.depths);
            assert_eq!(found(&with_strip(drawn, 0.0), opposite(side), 0.0), None);
        }
    }

    fn opposite(side: ScanSide) -> ScanSide {
        if side == ScanSide::Left { ScanSide::Right } else { ScanSide::Left }
    }

    #[test]
    fn strip_of_a_skewed_scan_is_skewed() {
        let strip = found(&with_strip(Side::Left, 2.0), ScanSide::Left, -2.0).unwrap();
        let (top, bottom) = (strip.depths[0], strip.depths[strip.depths.len() - 1]);
        // 850 px at 2 degrees.
        assert!((25..35).contains(&(top - bottom)), "{top} {bottom}");
    }

    #[test]
    fn page_alone_has_no_neighbour_even_if_its_own_text_is_cut_off() {
        let page = page();
        for left in [0, 60, 80, 100] {
            let image = image::imageops::crop_imm(&page, left, 0, page.width() - left, page.height()).to_image();
            assert_eq!(found(&image, ScanSide::Left, 0.0), None, "{left}");
            assert_eq!(found(&image, ScanSide::Right, 0.0), None, "{left}");
        }
    }
}
