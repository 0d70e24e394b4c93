use super::x_height::x_height_px;
use crate::raster::Raster;
use shelf_runtime::book::Resolution;

/// X-height of the type that books are set in (about 11 points), inches: 0.45 of the type size. Checked on `book-colonial-florida`
/// (325 dpi: within 10 %) and `degraded` (104 dpi: 0.7 to 1.75 times, since letters have seven pixels).
const X_HEIGHT_IN: f64 = 11.0 / 72.0 * 0.45;
/// Height of a page without text, inches: that of an octavo book.
const PAGE_HEIGHT_IN: f64 = 9.0;
/// Resolutions of scanners, dots per inch.
const PLAUSIBLE_DPI: std::ops::RangeInclusive<f64> = 50.0..=2400.0;
/// The longer side of pages, inches: 3 cm to 1.5 m.
const PLAUSIBLE_SIDE_IN: std::ops::RangeInclusive<f64> = 1.18..=59.1;
/// What programs and cameras write by default, dots per inch.
const DEFAULT_DPI: [f64; 2] = [72.0, 96.0];
/// The longer side up to which a default resolution is plausible, inches: 60 cm.
const MAX_SIDE_AT_DEFAULT_DPI_IN: f64 = 23.6;

/// The resolution that a file states if it is plausible, else an estimate from the x-height of the text, or from the height of the page.
pub(crate) fn stated_or_estimated(stated_dpi: Option<f64>, page: &Raster) -> Resolution {
    stated(stated_dpi, page.width, page.height).unwrap_or_else(|| Resolution { dpi: estimate(page), estimated: true })
}

/// The resolution that a file states, if it is plausible for an image of this size.
pub(crate) fn stated(dpi: Option<f64>, width: u32, height: u32) -> Option<Resolution> {
    let dpi = dpi.filter(|dpi| is_plausible(*dpi, width, height))?;
    Some(Resolution { dpi: (dpi * 100.0).round() / 100.0, estimated: false })
}

fn is_plausible(dpi: f64, width: u32, height: u32) -> bool {
    let longer_side_in = f64::from(width.max(height)) / dpi;
    let is_default = DEFAULT_DPI.iter().any(|default| (dpi - default).abs() < 0.5);
    PLAUSIBLE_DPI.contains(&dpi)
        && PLAUSIBLE_SIDE_IN.contains(&longer_side_in)
        && (!is_default || longer_side_in <= MAX_SIDE_AT_DEFAULT_DPI_IN)
}

fn estimate(page: &Raster) -> f64 {
    let dpi = match x_height_px(page) {
        Some(height_px) => height_px / X_HEIGHT_IN,
        None => f64::from(page.width.max(page.height)) / PAGE_HEIGHT_IN,
    };
    ((dpi / 10.0).round() * 10.0).clamp(50.0, 1200.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Samples;

    fn white(width: u32, height: u32) -> Raster {
        Raster::new(width, height, Samples::Grey8, vec![255; (width * height) as usize]).unwrap()
    }

    #[test]
    fn accepts_plausible_resolutions_only() {
        assert!(is_plausible(300.0, 1800, 2700));
        assert!(is_plausible(72.0, 595, 842), "a small image of an A4 page");
        for (dpi, width, height, why) in [
            (72.0, 4000, 3000, "a photo would show more than a metre of paper"),
            (300.0, 200, 300, "a page of 2.5 cm"),
            (300.0, 35_000, 35_000, "a page of 3 m"),
            (1.0, 100, 100, "no resolution"),
            (9600.0, 20_000, 30_000, "no scanner"),
        ] {
            assert!(!is_plausible(dpi, width, height), "{why}");
        }
    }

    #[test]
    fn page_without_text_is_taken_for_an_octavo() {
        let found = stated_or_estimated(None, &white(1800, 2700));
        assert_eq!(found, Resolution { dpi: 300.0, estimated: true });
        assert_eq!(stated_or_estimated(Some(240.004), &white(1800, 2700)), Resolution { dpi: 240.0, estimated: false });
    }

    #[test]
    fn estimates_resolution_of_real_pages() {
        let Some(data) =
            shelf_runtime::testing::real_scans("estimates_resolution_of_real_pages", env!("CARGO_MANIFEST_DIR"))
        else {
            return;
        };
        for (folder, extension, truth) in [("book-colonial-florida", "tiff", 325.0), ("degraded", "jpg", 104.0)] {
            let files = std::fs::read_dir(data.join(folder)).unwrap().map(|entry| entry.unwrap().path());
            for file in files.filter(|file| file.extension().is_some_and(|found| found == extension)) {
                let page = Raster::from_image(image::open(&file).unwrap()).unwrap();
                let ratio = estimate(&page) / truth;
                // Type sizes differ between books, and letters of seven pixels are hard to measure.
                let bounds = if truth > 200.0 { 0.9..=1.1 } else { 0.7..=1.75 };
                assert!(bounds.contains(&ratio), "{}: {ratio}", file.display());
            }
        }
    }
}
