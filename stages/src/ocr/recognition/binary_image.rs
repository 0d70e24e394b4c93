use image::GrayImage;
use shelf_pages::Bbox;

use super::background::Background;

/// A binarised image: its foreground is what is dark compared to the background around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BinaryImage {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Row by row, one entry per pixel.
    pub(super) foreground: Vec<bool>,
}

/// Pixels darker than this fraction of the local background are foreground.
const FOREGROUND_MAX_RATIO: f64 = 0.75;
/// The local background is assumed to be at least this fraction of the brightest pixel of the page: paper in shadow is brighter, and what
/// is darker everywhere nearby is foreground, such as the inside of a large dark area.
const SHADOW_MIN_RATIO: f64 = 0.5;

impl BinaryImage {
    /// Binarises `grey` against the background within `reach_px`, so that unevenly lit paper is not foreground.
    pub(super) fn binarise(grey: &GrayImage, reach_px: usize) -> Self {
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let background = Background::of(grey, reach_px.max(1));
        let min_background = f64::from(background.brightest()) * SHADOW_MIN_RATIO;
        let tile_px = background.tile_px();
        let mut foreground = Vec::with_capacity(width * height);
        for (y, row) in grey.as_raw().chunks_exact(width).enumerate() {
            for (tile, pixels) in row.chunks(tile_px).enumerate() {
                let brightness = f64::from(background.near_tile(tile, y / tile_px)).max(min_background);
                let threshold = (brightness * FOREGROUND_MAX_RATIO) as u8;
                foreground.extend(pixels.iter().map(|&pixel| pixel < threshold));
            }
        }
        Self { width, height, foreground }
    }

    /// Erases the foreground in a box, clipped to the image.
    pub(super) fn erase(&mut self, bbox: Bbox) {
        let (left, right) = ((bbox.x as usize).min(self.width), (bbox.right() as usize).min(self.width));
        for y in bbox.y as usize..(bbox.bottom() as usize).min(self.height) {
            self.foreground[y * self.width + left..y * self.width + right].fill(false);
        }
    }

    /// Whether a pixel is foreground; outside the image none is.
    pub(super) fn is_foreground(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.foreground[y * self.width + x]
    }

    /// The foreground that is thicker than twice `radius_px` in both directions (morphological opening).
    pub(super) fn opened(&self, radius_px: usize) -> Self {
        let inverted =
            |image: &Self| Self { foreground: image.foreground.iter().map(|dark| !dark).collect(), ..*image };
        inverted(&inverted(self).dilate(radius_px)).dilate(radius_px)
    }

    /// The image with its foreground dilated by a square of `radius_px`.
    pub(super) fn dilate(&self, radius_px: usize) -> Self {
        let mut dilated = self.clone();
        let (width, pixels) = (self.width, self.foreground.len());
        for y in 0..self.height {
            dilate_line(&mut dilated.foreground, radius_px, y * width..(y + 1) * width);
        }
        for x in 0..width {
            dilate_line(&mut dilated.foreground, radius_px, (x..pixels).step_by(width));
        }
        dilated
    }
}

/// Dilates the foreground by `radius_px` along a line of pixels.
fn dilate_line(foreground: &mut [bool], radius_px: usize, line: impl Iterator<Item = usize>) {
    let before: Vec<(usize, bool)> = line.map(|at| (at, foreground[at])).collect();
    let mut sweep = |pixels: &mut dyn Iterator<Item = &(usize, bool)>| {
        let mut reach = 0;
        for &(at, is_foreground) in pixels {
            reach = if is_foreground { radius_px + 1 } else { usize::saturating_sub(reach, 1) };
            foreground[at] |= reach > 0;
        }
    };
    sweep(&mut before.iter());
    sweep(&mut before.iter().rev());
}

/// The 4-connected neighbours of a pixel.
pub(super) fn neighbours(x: usize, y: usize, width: usize, height: usize) -> impl Iterator<Item = (usize, usize)> {
    let left = x.checked_sub(1).map(|x| (x, y));
    let above = y.checked_sub(1).map(|y| (x, y));
    let right = (x + 1 < width).then_some((x + 1, y));
    let below = (y + 1 < height).then_some((x, y + 1));
    [left, above, right, below].into_iter().flatten()
}

/// A white image with black boxes.
#[cfg(test)]
pub(super) fn test_image(width: u32, height: u32, boxes: &[Bbox]) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        let pixel = Bbox { x, y, width: 1, height: 1 };
        image::Luma([if boxes.iter().any(|black| black.intersection(&pixel).area() > 0) { 0 } else { 255 }])
    })
}
