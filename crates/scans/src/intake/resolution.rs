use super::raster::Raster;
use super::text_height::small_letter_height;
use shelf_runtime::book::Resolution;

/// Height of a small letter in the type that books are set in (about 11 points), inches: 0.45 of the type's size.
const SMALL_LETTER_INCHES: f64 = 11.0 / 72.0 * 0.45;
/// Height of a page where nothing else is known, inches: that of a book in octavo.
const PAGE_HEIGHT_INCHES: f64 = 9.0;
/// Resolutions that scanners have, dots per inch.
const BELIEVABLE_DPI: std::ops::RangeInclusive<f64> = 50.0..=2400.0;
/// The longer side of pages, inches: 3 cm to 1.5 m.
const BELIEVABLE_INCHES: std::ops::RangeInclusive<f64> = 1.18..=59.1;
/// What programs and cameras write when they know nothing, dots per inch; believed up to pages of 60 cm.
const DEFAULT_DPI: [f64; 2] = [72.0, 96.0];
const DEFAULT_INCHES: f64 = 23.6;

/// A file's resolution where it is there and can be true, else one estimated from the height of the text, or from the page's.
pub(crate) fn believe_or_estimate(said: Option<f64>, page: &Raster) -> Resolution {
    match said.filter(|dpi| is_believable(*dpi, page.width, page.height)) {
        Some(dpi) => Resolution { dpi: (dpi * 100.0).round() / 100.0, estimated: false },
        None => Resolution { dpi: estimate(page), estimated: true },
    }
}

pub(crate) fn is_believable(dpi: f64, width: u32, height: u32) -> bool {
    let longer = f64::from(width.max(height)) / dpi;
    let is_default = DEFAULT_DPI.iter().any(|default| (dpi - default).abs() < 0.5);
    BELIEVABLE_DPI.contains(&dpi) && BELIEVABLE_INCHES.contains(&longer) && (!is_default || longer <= DEFAULT_INCHES)
}

fn estimate(page: &Raster) -> f64 {
    let dpi = match small_letter_height(page) {
        Some(height_px) => height_px / SMALL_LETTER_INCHES,
        None => f64::from(page.width.max(page.height)) / PAGE_HEIGHT_INCHES,
    };
    ((dpi / 10.0).round() * 10.0).clamp(50.0, 1200.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::raster::Samples;

    fn white(width: u32, height: u32) -> Raster {
        Raster::new(width, height, Samples::Grey8, vec![255; (width * height) as usize]).unwrap()
    }

    #[test]
    fn what_can_be_true_is_believed() {
        assert!(is_believable(300.0, 1800, 2700));
        assert!(is_believable(72.0, 595, 842), "a small picture of an A4 page");
        for (dpi, width, height, why) in [
            (72.0, 4000, 3000, "a photo would show more than a metre of paper"),
            (300.0, 200, 300, "a page of 2.5 cm"),
            (300.0, 35_000, 35_000, "a page of 3 m"),
            (1.0, 100, 100, "no resolution"),
            (9600.0, 20_000, 30_000, "no scanner"),
        ] {
            assert!(!is_believable(dpi, width, height), "{why}");
        }
    }

    #[test]
    fn without_text_the_size_of_a_book_is_taken() {
        let found = believe_or_estimate(None, &white(1800, 2700));
        assert_eq!(found, Resolution { dpi: 300.0, estimated: true });
        assert_eq!(believe_or_estimate(Some(240.004), &white(1800, 2700)), Resolution { dpi: 240.0, estimated: false });
    }

    #[test]
    fn the_text_of_real_pages_tells_their_resolution() {
        let Some(data) = shelf_runtime::testing::real_scans(
            "the_text_of_real_pages_tells_their_resolution",
            env!("CARGO_MANIFEST_DIR"),
        ) else {
            return;
        };
        for (folder, extension, truth) in [("book-colonial-florida", "tiff", 325.0), ("degraded", "jpg", 104.0)] {
            let files = std::fs::read_dir(data.join(folder)).unwrap().map(|entry| entry.unwrap().path());
            for file in files.filter(|file| file.extension().is_some_and(|found| found == extension)) {
                let page = Raster::from_image(image::open(&file).unwrap()).unwrap();
                let ratio = estimate(&page) / truth;
                // Type differs from book to book, and letters of seven pixels are hard to measure.
                let bounds = if truth > 200.0 { 0.9..=1.1 } else { 0.7..=1.75 };
                assert!(bounds.contains(&ratio), "{}: {ratio}", file.display());
            }
        }
    }
}
