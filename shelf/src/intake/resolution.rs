use super::raster::Raster;
use super::text_height::small_letter_height;
use crate::book::Resolution;

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
pub(super) fn believe_or_estimate(said: Option<f64>, page: &Raster) -> Resolution {
    match said.filter(|dpi| is_believable(*dpi, page.width, page.height)) {
        Some(dpi) => Resolution { dpi: (dpi * 100.0).round() / 100.0, estimated: false },
        None => Resolution { dpi: estimate(page), estimated: true },
    }
}

pub(super) fn is_believable(dpi: f64, width: u32, height: u32) -> bool {
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
