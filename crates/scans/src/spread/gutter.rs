use serde::{Deserialize, Serialize};

use crate::raster::Raster;
use shelf_runtime::book::Half;
use shelf_runtime::failure::Failure;

/// The line along which the two pages of a spread meet: straight, vertical or slightly slanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gutter {
    /// First column of the right page in the first row, px.
    pub(crate) top: u32,
    /// First column of the right page in the last row, px.
    pub(crate) bottom: u32,
}

impl Gutter {
    /// The page on one side. Every pixel of the image is in one of the halves, unchanged; what is beyond a slanted gutter is white.
    pub(crate) fn half_of(self, image: &Raster, half: Half) -> Result<Raster, Failure> {
        let (min, max) = (self.top.min(self.bottom), self.top.max(self.bottom));
        if min == 0 || max >= image.width {
            return Err(Failure::new(format!(
                "gutter at {max} px in an image {} px wide: the file was changed meanwhile",
                image.width
            )));
        }
        let columns = match half {
            Half::Left => 0..max,
            Half::Right => min..image.width,
        };
        let mut page = Raster::white(columns.end - columns.start, image.height, image.samples);
        for row in 0..image.height {
            let gutter = self.column(row, image.height);
            let kept = match half {
                Half::Left => 0..gutter,
                Half::Right => gutter..image.width,
            };
            page.copy_into_row(row, kept.start - columns.start, image, kept);
        }
        Ok(page)
    }

    /// First column of the right page in a row, px.
    pub(crate) fn column(self, row: u32, height: u32) -> u32 {
        let (top, bottom) = (f64::from(self.top), f64::from(self.bottom));
        (top + (bottom - top) * f64::from(row) / f64::from(height.max(2) - 1)).round() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Samples;

    /// An image in which every pixel differs from its neighbours.
    fn test_image(samples: Samples, width: u32, height: u32) -> Raster {
        let bytes = samples.row_bytes(width) * height as usize;
        Raster::new(width, height, samples, (0..bytes).map(|at| (at * 37 % 251) as u8).collect()).unwrap()
    }

    fn is_white(page: &Raster, x: u32, y: u32) -> bool {
        page.luminance(x, y) == 255
    }

    #[test]
    fn every_pixel_is_in_one_of_the_halves() {
        for samples in [Samples::Bilevel, Samples::Grey8, Samples::Grey16, Samples::Rgb8, Samples::Rgb16] {
            for gutter in
                [Gutter { top: 13, bottom: 13 }, Gutter { top: 9, bottom: 15 }, Gutter { top: 16, bottom: 11 }]
            {
                let whole = test_image(samples, 29, 7);
                let (left, right) =
                    (gutter.half_of(&whole, Half::Left).unwrap(), gutter.half_of(&whole, Half::Right).unwrap());
                let first = gutter.top.min(gutter.bottom);
                assert_eq!((left.width, right.width), (gutter.top.max(gutter.bottom), 29 - first));
                for y in 0..7 {
                    for x in 0..29 {
                        let luminance = whole.luminance(x, y);
                        if x < gutter.column(y, 7) {
                            assert_eq!(left.luminance(x, y), luminance, "{samples:?} {gutter:?} {x}, {y}");
                            assert!(x < first || is_white(&right, x - first, y));
                        } else {
                            assert_eq!(right.luminance(x - first, y), luminance, "{samples:?} {gutter:?} {x}, {y}");
                            assert!(x >= left.width || is_white(&left, x, y));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn rejects_gutter_outside_the_image() {
        let whole = test_image(Samples::Grey8, 29, 7);
        for gutter in [Gutter { top: 29, bottom: 20 }, Gutter { top: 10, bottom: 0 }] {
            let failure = gutter.half_of(&whole, Half::Left).unwrap_err();
            assert!(failure.to_string().contains("29 px wide"), "{failure}");
        }
    }
}
