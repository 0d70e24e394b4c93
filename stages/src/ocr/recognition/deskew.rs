use image::GrayImage;
use shelf_pages::Bbox;

use super::decoded_scan::DecodedScan;

/// The rotation that deskews a scan: clockwise about its centre, onto a canvas that holds all of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DeskewTransform {
    sine: f64,
    cosine: f64,
    scan_size: (u32, u32),
    canvas_size: (u32, u32),
}

impl DeskewTransform {
    pub(super) fn new(degrees: f64, scan_size: (u32, u32)) -> Self {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let (width, height) = (f64::from(scan_size.0), f64::from(scan_size.1));
        let extent = |along: f64, other: f64| (along * cosine + other * sine.abs()).ceil() as u32;
        Self { sine, cosine, scan_size, canvas_size: (extent(width, height), extent(height, width)) }
    }

    /// The deskewed scan, in grey; its corners are filled with the colour of the paper.
    pub(super) fn apply(&self, scan: &DecodedScan) -> DecodedScan {
        let paper = median(scan.grey.as_raw());
        DecodedScan { grey: self.rotated(&scan.grey, paper), colour: None, dpi: scan.dpi }
    }

    /// Maps a box from the deskewed scan to the scan: the bounds of the rotated box, never empty, clipped to the scan.
    pub(super) fn to_scan(self, found: Bbox) -> Bbox {
        let corners =
            [(found.x, found.y), (found.right(), found.y), (found.x, found.bottom()), (found.right(), found.bottom())]
                .map(|(x, y)| self.source(f64::from(x), f64::from(y)));
        let interval = |of: fn(&(f64, f64)) -> f64, side: u32| {
            let start =
                corners.iter().map(of).fold(f64::INFINITY, f64::min).floor().clamp(0.0, f64::from(side - 1)) as u32;
            let end =
                corners.iter().map(of).fold(f64::NEG_INFINITY, f64::max).ceil().clamp(0.0, f64::from(side)) as u32;
            (start, end.max(start + 1))
        };
        let (left, right) = interval(|corner| corner.0, self.scan_size.0);
        let (top, bottom) = interval(|corner| corner.1, self.scan_size.1);
        Bbox::from_edges(left, top, right, bottom)
    }

    /// The position on the scan of a position on the canvas, px.
    fn source(&self, x: f64, y: f64) -> (f64, f64) {
        let half = |size: (u32, u32)| (f64::from(size.0) / 2.0, f64::from(size.1) / 2.0);
        let ((middle_x, middle_y), (scan_x, scan_y)) = (half(self.canvas_size), half(self.scan_size));
        let (dx, dy) = (x - middle_x, y - middle_y);
        (scan_x + dx * self.cosine + dy * self.sine, scan_y + dy * self.cosine - dx * self.sine)
    }

    /// The image rotated, interpolated bilinearly.
    fn rotated(&self, image: &GrayImage, paper: u8) -> GrayImage {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let (canvas_width, canvas_height) = self.canvas_size;
        let from = image.as_raw();
        let mut to = Vec::with_capacity(canvas_width as usize * canvas_height as usize);
        for y in 0..canvas_height {
            let (mut source_x, mut source_y) = self.source(0.5, f64::from(y) + 0.5);
            // Positions are of centres of pixels.
            (source_x, source_y) = (source_x - 0.5, source_y - 0.5);
            for _ in 0..canvas_width {
                let inside = source_x >= 0.0
                    && source_y >= 0.0
                    && source_x < (width - 1) as f64
                    && source_y < (height - 1) as f64;
                if inside {
                    let (x, y) = (source_x as usize, source_y as usize);
                    let (right, down) =
                        (((source_x - x as f64) * 256.0) as u32, ((source_y - y as f64) * 256.0) as u32);
                    let upper = y * width + x;
                    let lower = upper + width;
                    let at = |at: usize| u32::from(from[at]);
                    let above = at(upper) * (256 - right) + at(upper + 1) * right;
                    let below = at(lower) * (256 - right) + at(lower + 1) * right;
                    to.push(((above * (256 - down) + below * down + (1 << 15)) >> 16) as u8);
                } else {
                    to.push(paper);
                }
                source_x += self.cosine;
                source_y -= self.sine;
            }
        }
        GrayImage::from_raw(canvas_width, canvas_height, to).expect("one sample was pushed for each pixel")
    }
}

/// The median: most of a page is paper.
fn median(samples: &[u8]) -> u8 {
    let mut counts = [0_usize; 256];
    for &sample in samples {
        counts[usize::from(sample)] += 1;
    }
    let half = counts.iter().sum::<usize>() / 2;
    let mut seen = 0;
    (0..=u8::MAX)
        .find(|&level| {
            seen += counts[usize::from(level)];
            seen > half
        })
        .unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::binary_image::test_image;
    use super::*;

    fn dark(image: &GrayImage) -> Bbox {
        let dark = image.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] < 128);
        Bbox::bounding(dark.map(|(x, y, _)| Bbox { x, y, width: 1, height: 1 })).unwrap()
    }

    #[test]
    fn boxes_are_mapped_to_where_the_ink_was() {
        let ink = Bbox { x: 300, y: 40, width: 30, height: 20 };
        let scan = DecodedScan { grey: test_image(400, 600, &[ink]), colour: None, dpi: 100.0 };
        for degrees in [-4.0, 3.0] {
            let deskew = DeskewTransform::new(degrees, scan.size());
            let mapped = deskew.to_scan(dark(&deskew.apply(&scan).grey));
            assert_eq!(mapped.intersection(&ink), ink, "{mapped:?}");
            assert!(mapped.width <= ink.width + 6 && mapped.height <= ink.height + 8, "{mapped:?}");
        }
    }

    #[test]
    fn corners_get_the_colour_of_the_paper() {
        let paper = GrayImage::from_pixel(60, 90, image::Luma([180]));
        let scan = DecodedScan { grey: paper, colour: None, dpi: 100.0 };
        let rotated = DeskewTransform::new(5.0, scan.size()).apply(&scan).grey;
        assert!(rotated.width() > 60 && rotated.pixels().all(|pixel| pixel.0 == [180]));
    }

    proptest! {
        #[test]
        fn mapped_boxes_are_never_empty_and_never_outside_the_scan(
            size in (1..3000u32, 1..3000u32), degrees in -10.0..10.0f64,
            x in 0..4000u32, y in 0..4000u32, width in 0..4000u32, height in 0..4000u32,
        ) {
            let mapped = DeskewTransform::new(degrees, size).to_scan(Bbox { x, y, width, height });
            prop_assert!(mapped.area() > 0 && mapped.right() <= size.0 && mapped.bottom() <= size.1, "{:?}", mapped);
        }
    }
}
