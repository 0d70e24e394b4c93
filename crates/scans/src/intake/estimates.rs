use shelf_runtime::book::Resolution;

use crate::scan::write::WrittenScan;

/// Pages of a book of the same size in pixels were scanned at the same resolution: sides that differ by at most this ratio count as the same.
const MAX_SIDE_RATIO: f64 = 1.15;
/// An estimate is taken for wrong where it differs by more than this ratio from the median of the pages of its size. On pages of text, estimates differ by less.
const MAX_DPI_RATIO: f64 = 1.15;
/// So many pages, with the page itself, make a median.
const MIN_PAGES: usize = 5;

/// Replaces estimates that other pages of the book contradict: a title or a few lines in large type say little about the size of the page.
pub(super) fn correct_estimates<'a>(scans: impl IntoIterator<Item = &'a mut WrittenScan>) {
    let mut scans: Vec<&mut WrittenScan> = scans.into_iter().filter(|scan| scan.resolution.estimated).collect();
    let pages: Vec<(u32, u32, f64)> = scans.iter().map(|scan| (scan.width, scan.height, scan.resolution.dpi)).collect();
    for scan in &mut scans {
        let is_as_large = |(width, height, _): &&(u32, u32, f64)| {
            differs_by(f64::from(*width), f64::from(scan.width)) <= MAX_SIDE_RATIO
                && differs_by(f64::from(*height), f64::from(scan.height)) <= MAX_SIDE_RATIO
        };
        let mut estimates: Vec<f64> = pages.iter().filter(is_as_large).map(|(_, _, dpi)| *dpi).collect();
        estimates.sort_by(f64::total_cmp);
        let median = estimates[estimates.len() / 2];
        if estimates.len() >= MIN_PAGES && differs_by(median, scan.resolution.dpi) > MAX_DPI_RATIO {
            scan.resolution = Resolution { dpi: median, estimated: true };
        }
    }
}

/// The ratio of the larger number to the smaller one.
fn differs_by(one: f64, other: f64) -> f64 {
    (one / other).max(other / one)
}

#[cfg(test)]
mod tests {
    use shelf_runtime::record::Hash;

    use super::*;

    fn scan((width, height): (u32, u32), dpi: f64, estimated: bool) -> WrittenScan {
        WrittenScan {
            image: "page_0001.png".to_owned(),
            hash: Hash::of(b""),
            bytes: 1,
            width,
            height,
            resolution: Resolution { dpi, estimated },
            rendered_dpi: None,
            text: None,
            warnings: Vec::new(),
        }
    }

    fn corrected(scans: &[((u32, u32), f64, bool)]) -> Vec<f64> {
        let mut scans: Vec<WrittenScan> =
            scans.iter().map(|(size, dpi, estimated)| scan(*size, *dpi, *estimated)).collect();
        correct_estimates(&mut scans);
        scans.iter().map(|scan| scan.resolution.dpi).collect()
    }

    #[test]
    fn estimate_that_other_pages_contradict_is_replaced() {
        let page = (1500, 2250);
        let estimated = |dpi| (page, dpi, true);
        let book = [240.0, 250.0, 250.0, 100.0, 250.0, 240.0, 480.0].map(estimated);
        assert_eq!(corrected(&book), [240.0, 250.0, 250.0, 250.0, 250.0, 240.0, 250.0]);
        assert_eq!(corrected(&[240.0, 250.0, 100.0].map(estimated)), [240.0, 250.0, 100.0], "too few pages");
        let mut plates = book;
        plates[3] = ((600, 900), 100.0, true);
        plates[6] = (page, 480.0, false);
        assert_eq!(corrected(&plates)[3..], [100.0, 250.0, 240.0, 480.0], "another size, and a stated resolution");
    }
}
