use image::GrayImage;

use super::off_page::{OffPage, ScanSide};

// Sizes are measured on paper.
/// Grey levels below this fraction of the paper's are black: a shadow in which text can still be read is lighter.
const BLACK_MAX_RATIO: f64 = 0.4;
/// The paper is as bright as this share of the scan's pixels at most.
const PAPER_PERCENTILE: usize = 90;
/// At most this fraction of the scan, measured across a band, is taken for one.
const MAX_DEPTH_RATIO: f64 = 0.2;
/// White that is this thin does not end a band: specks, and the outermost row of some scanners.
const MAX_GAP_MM: f64 = 0.5;
/// Along a band, its depth changes slowly. What is deeper by more than `MAX_BULGE_MM` than in most of the rows within this distance is a letter that touches
/// the band.
const REACH_MM: f64 = 8.0;
const MAX_BULGE_MM: f64 = 0.7;
/// Letters that touch a band are in fewer than two thirds of its rows, since there is white between the lines.
const DEPTH_PERCENTILE: usize = 35;
/// A band is at least this long, as a fraction of its side of the scan.
const MIN_LENGTH_RATIO: f64 = 0.25;
/// In a band, at least this fraction of the rows differ by no more than `MAX_WOBBLE_MM` from those around them; a photograph is less regular.
const MIN_REGULAR_RATIO: f64 = 0.55;
const MAX_WOBBLE_MM: f64 = 1.0;
/// Ink beside a band is darker than this fraction of the paper there, which is as bright as most of the rows.
const CUT_MAX_RATIO: f64 = 0.75;
const CLEAR_PERCENTILE: usize = 75;

/// The dark band along one side of a scan, if it has one: the scanner's bed or the gutter. `grey` is the scan at `px_per_mm`.
pub(super) fn find_dark_band(grey: &GrayImage, side: ScanSide, px_per_mm: f64) -> Option<OffPage> {
    let px = |mm: f64| (mm * px_per_mm).round() as usize;
    let black = (f64::from(percentile_of_pixels(grey, PAPER_PERCENTILE)) * BLACK_MAX_RATIO) as u8;
    let lengths: Vec<Option<usize>> =
        (0..side.length(grey)).map(|along| black_run(grey, side, along, black, px(MAX_GAP_MM))).collect();
    let known = lengths.iter().flatten().count();
    if 2 * known < lengths.len() {
        return None;
    }
    let usual: Vec<usize> = (0..lengths.len())
        .map(|at| {
            let window = at.saturating_sub(px(REACH_MM))..(at + px(REACH_MM) + 1).min(lengths.len());
            percentile(lengths[window].iter().flatten().copied().collect(), DEPTH_PERCENTILE)
        })
        .collect();
    let band_rows: Vec<usize> = (0..lengths.len()).filter(|&at| usual[at] > 0).collect();
    let regular = band_rows
        .iter()
        .filter(|&&at| lengths[at].is_none_or(|run| run.abs_diff(usual[at]) <= px(MAX_WOBBLE_MM)))
        .count();
    let is_band = band_rows.len() as f64 >= MIN_LENGTH_RATIO * lengths.len() as f64
        && regular as f64 >= MIN_REGULAR_RATIO * band_rows.len() as f64;
    let depth = |(run, usual): (&Option<usize>, &usize)| {
        if *usual == 0 { 0 } else { run.unwrap_or(*usual).min(usual + px(MAX_BULGE_MM)) + 1 }
    };
    is_band.then(|| OffPage {
        side,
        depths: lengths.iter().zip(&usual).map(depth).collect(),
        cuts: cuts(grey, side, &usual, px(REACH_MM)),
    })
}

/// Whether ink touches a band of these depths: beside it, the scan is darker than around.
fn cuts(grey: &GrayImage, side: ScanSide, depths: &[usize], reach_px: usize) -> Vec<bool> {
    let last = side.across(grey).saturating_sub(1);
    // The pixels between are blurred.
    let beside = |at: usize| {
        let levels = (2..=3).map(|further| side.level(grey, at, (depths[at] + further).min(last)));
        usize::from(levels.max().unwrap_or(u8::MAX))
    };
    let levels: Vec<usize> = (0..depths.len()).map(beside).collect();
    let is_cut = |at: usize| {
        let around = at.saturating_sub(reach_px)..(at + reach_px + 1).min(levels.len());
        let paper = percentile(levels[around].to_vec(), CLEAR_PERCENTILE);
        depths[at] > 0 && (levels[at] as f64) < CUT_MAX_RATIO * paper as f64
    };
    (0..depths.len()).map(is_cut).collect()
}

/// How far black reaches into the scan from its side; `None` if farther than a band.
fn black_run(grey: &GrayImage, side: ScanSide, along: usize, black: u8, max_gap_px: usize) -> Option<usize> {
    let max_depth = (side.across(grey) as f64 * MAX_DEPTH_RATIO) as usize;
    let mut depth = 0;
    for inwards in 0..side.across(grey) {
        if side.level(grey, along, inwards) < black {
            depth = inwards + 1;
        } else if inwards >= depth + max_gap_px {
            break;
        }
        if depth > max_depth {
            return None;
        }
    }
    Some(depth)
}

fn percentile_of_pixels(grey: &GrayImage, percent: usize) -> u8 {
    // Every seventh pixel: the rows of a scan rarely repeat at that distance.
    percentile(grey.as_raw().iter().step_by(7).map(|&level| usize::from(level)).collect(), percent) as u8
}

/// The value that `percent` of the values are below; 0 without values.
pub(super) fn percentile(mut values: Vec<usize>, percent: usize) -> usize {
    let at = (values.len() * percent / 100).min(values.len().saturating_sub(1));
    if values.is_empty() { 0 } else { *values.select_nth_unstable(at).1 }
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use shelf_pages::Bbox;

    use super::super::binary_image::test_image;
    use super::*;

    const PX_PER_MM: f64 = 4.0;

    fn depths(ink: &[Bbox], side: ScanSide) -> Option<Vec<usize>> {
        find_dark_band(&test_image(400, 600, ink), side, PX_PER_MM).map(|band| band.depths)
    }

    #[test]
    fn band_has_its_depth_on_every_side() {
        for (side, band) in [
            (ScanSide::Left, Bbox { x: 0, y: 0, width: 20, height: 600 }),
            (ScanSide::Right, Bbox { x: 380, y: 0, width: 20, height: 600 }),
            (ScanSide::Top, Bbox { x: 0, y: 0, width: 400, height: 20 }),
            (ScanSide::Bottom, Bbox { x: 0, y: 580, width: 400, height: 20 }),
        ] {
            let depths = depths(&[band], side).unwrap();
            assert!(depths.iter().all(|&depth| depth == 21), "{side:?}: {depths:?}");
        }
    }

    #[test]
    fn letters_that_touch_a_band_do_not_belong_to_it() {
        let band = Bbox { x: 0, y: 0, width: 20, height: 600 };
        let letters = (0..25).map(|line| Bbox { x: 20, y: 20 + line * 22, width: 10, height: 8 });
        let depths = depths(&[vec![band], letters.collect()].concat(), ScanSide::Left).unwrap();
        assert!(depths.iter().all(|&depth| depth <= 24), "{depths:?}");
    }

    #[test]
    fn text_and_photographs_at_the_side_are_not_bands() {
        let letters: Vec<Bbox> = (0..25).map(|line| Bbox { x: 0, y: 20 + line * 22, width: 30, height: 10 }).collect();
        assert_eq!(depths(&letters, ScanSide::Left), None);
        let photograph = Bbox { x: 0, y: 50, width: 300, height: 500 };
        assert_eq!(depths(&[photograph], ScanSide::Left), None);
        let ragged: Vec<Bbox> =
            (0..60).map(|row| Bbox { x: 0, y: row * 10, width: 1 + row * 37 % 70, height: 10 }).collect();
        assert_eq!(depths(&ragged, ScanSide::Left), None);
    }

    #[test]
    fn readable_shadow_is_not_a_band() {
        let shadow = GrayImage::from_fn(400, 600, |x, _| Luma([if x < 40 { 120 } else { 230 }]));
        assert_eq!(find_dark_band(&shadow, ScanSide::Left, PX_PER_MM), None);
    }
}
