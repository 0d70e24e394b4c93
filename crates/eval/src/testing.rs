//! Scans for tests, drawn.

use std::io::Cursor;

use image::{GrayImage, ImageFormat};
use shelf_pages::{Bbox, OcrPage};
use shelf_runtime::testing::PngScan;

use crate::draw::font::{Font, FontStyle};
use crate::draw::rasterize::Canvas;

/// A scan for a test, drawn in black on white. [`TestBook::scans`](shelf_runtime::testing::TestBook::scans) takes it.
///
/// ```
/// use shelf::testing::{TestBook, TestScan};
///
/// let scan = TestScan::new(800, 1200).dpi(150.0).text(100, 80, 24, "CHAPTER I.").bar(100, 130, 600, 4);
/// assert_eq!(scan.image().get_pixel(400, 131).0, [0]);
/// let book = TestBook::of_pages(1).scans([scan]);
/// assert!(book.bytes("source/page_0001.png").is_some());
/// ```
#[derive(Debug, Clone)]
pub struct TestScan {
    canvas: Canvas,
    dpi: f64,
}

/// The height of capitals, as a ratio to the em.
const CAPITALS: f32 = 0.73;

impl TestScan {
    /// A blank page of this size, px, at 300 dpi.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        Self { canvas: Canvas::new(width, height), dpi: 300.0 }
    }

    /// A scan with the words of `page` in their boxes, as far as they fit.
    #[must_use]
    pub fn of(page: &OcrPage) -> Self {
        let size = page.page_dimensions;
        page.words().fold(Self::new(size.width, size.height), |scan, word| {
            let Bbox { x, y, height, .. } = word.bbox;
            scan.text(x, y, height, &word.text)
        })
    }

    /// Gives the scan another resolution, dots per inch.
    #[must_use]
    pub fn dpi(mut self, dpi: f64) -> Self {
        self.dpi = dpi;
        self
    }

    /// Draws a line of text, with the upper left corner of its first capital at `x`, `y` and capitals of this height, px.
    #[must_use]
    pub fn text(mut self, x: u32, y: u32, height: u32, text: &str) -> Self {
        let em = height as f32 / CAPITALS;
        let font = Font { style: FontStyle::Roman, em, leading: em, tracking: 0.0, lowered: 0.0 };
        self.canvas.draw_text(text, font, x as f32, (y + height) as f32);
        self
    }

    /// Draws a black bar, px.
    #[must_use]
    pub fn bar(mut self, x: u32, y: u32, width: u32, height: u32) -> Self {
        self.canvas.fill(x as f32, y as f32, width as f32, height as f32);
        self
    }

    /// The picture.
    #[must_use]
    pub fn image(&self) -> &GrayImage {
        &self.canvas.image
    }

    /// The picture as the content of a PNG file.
    ///
    /// # Panics
    /// If a side of it is 0 px.
    #[must_use]
    pub fn png(&self) -> Vec<u8> {
        let mut png = Cursor::new(Vec::new());
        self.canvas.image.write_to(&mut png, ImageFormat::Png).expect("a picture with pixels fits into memory");
        png.into_inner()
    }
}

impl From<TestScan> for PngScan {
    fn from(scan: TestScan) -> Self {
        Self { png: scan.png(), size: scan.canvas.image.dimensions(), dpi: scan.dpi }
    }
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::TestScan;

    /// The rows and columns that have ink.
    fn ink(scan: &TestScan) -> [(u32, u32); 2] {
        let dark: Vec<(u32, u32)> =
            scan.image().enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] < 128).map(|(x, y, _)| (x, y)).collect();
        let range = |of: fn(&(u32, u32)) -> u32| {
            (dark.iter().map(of).min().expect("ink"), dark.iter().map(of).max().expect("ink"))
        };
        [range(|(x, _)| *x), range(|(_, y)| *y)]
    }

    #[test]
    fn capitals_have_the_stated_place_and_height() {
        let [(left, right), (top, bottom)] = ink(&TestScan::new(400, 200).text(50, 60, 40, "HEH"));
        assert!(left.abs_diff(53) <= 3 && right < 200, "{left}..{right}");
        assert!(top.abs_diff(60) <= 1 && bottom.abs_diff(99) <= 1, "{top}..{bottom}");
    }

    #[test]
    fn scan_of_a_page_has_its_words_in_their_boxes() {
        let scan = TestScan::of(&TestPage::new("HEH HEH\n\nHEH").ocr());
        assert_eq!(scan.image().dimensions(), (1000, 1600));
        let [(left, right), (top, bottom)] = ink(&scan);
        assert!(left >= 100 && right > 140 && right < 200, "{left}..{right}");
        assert!(top.abs_diff(100) <= 1 && bottom.abs_diff(179) <= 1, "{top}..{bottom}");
    }
}
