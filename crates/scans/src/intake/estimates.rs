use shelf_runtime::book::Resolution;

use crate::scan::write::WrittenScan;

/// Most pages of a book have one size in pixels, and were scanned at one resolution. Sides that differ from the usual by at most this ratio count as the same.
const MAX_SIDE_RATIO: f64 = 1.15;
/// An estimate is taken for wrong where it differs by more than this ratio from the median of those pages. On pages of text, estimates differ by less.
const MAX_DPI_RATIO: f64 = 1.15;
/// So many pages make a median.
const MIN_PAGES: usize = 5;

/// Replaces estimates that other pages of the book contradict: a title or a few lines in large type say little about the size of the page.
pub(super) fn correct_estimates<'a>(scans: impl IntoIterator<Item = &'a mut WrittenScan>) {
    let mut scans: Vec<&mut WrittenScan> = scans.into_iter().filter(|scan| scan.resolution.estimated).collect();
    let width = median(scans.iter().map(|scan| f64::from(scan.width)));
    let height = median(scans.iter().map(|scan| f64::from(scan.height)));
    let (Some(width), Some(height)) = (width, height) else { return };
    scans.retain(|scan| {
        ratio(width, f64::from(scan.width)) <= MAX_SIDE_RATIO && ratio(height, f64::from(scan.height)) <= MAX_SIDE_RATIO
    });
    let dpi = median(scans.iter().map(|scan| scan.resolution.dpi)).filter(|_| scans.len() >= MIN_PAGES);
    let Some(dpi) = dpi else { return };
    for scan in scans.iter_mut().filter(|scan| ratio(dpi, scan.resolution.dpi) > MAX_DPI_RATIO) {
        scan.resolution = Resolution { dpi, estimated: true };
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The ratio of the larger number to the smaller one.
fn ratio(one: f64, other: f64) -> f64 {
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
