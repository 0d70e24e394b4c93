use image::{GrayImage, Luma};

use super::dark_bands::percentile;

/// A side of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScanSide {
    Left,
    Right,
    Top,
    Bottom,
}

/// What a scan shows beside its page, along one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OffPage {
    pub(super) side: ScanSide,
    /// How far it reaches into the scan, px: for each row of the left and right side, for each column of the upper and lower one.
    pub(super) depths: Vec<usize>,
    /// Whether ink of the page touches it: for each row or column.
    pub(super) cuts: Vec<bool>,
}

/// Paper within this distance along the side is equally bright.
const FILL_REACH_MM: f64 = 4.0;
/// Most of what is beside the page's edge is paper and not letters.
const FILL_PERCENTILE: usize = 75;

impl ScanSide {
    /// The number of rows or columns that begin at this side.
    pub(super) fn length(self, grey: &GrayImage) -> usize {
        self.length_and_depth(grey.dimensions()).0
    }

    /// The number of pixels from this side to the opposite one.
    pub(super) fn across(self, grey: &GrayImage) -> usize {
        self.length_and_depth(grey.dimensions()).1
    }

    fn length_and_depth(self, (width, height): (u32, u32)) -> (usize, usize) {
        match self {
            Self::Left | Self::Right => (height as usize, width as usize),
            Self::Top | Self::Bottom => (width as usize, height as usize),
        }
    }

    /// The grey level at a distance along this side, and inwards from it.
    pub(super) fn level(self, grey: &GrayImage, along: usize, inwards: usize) -> u8 {
        let (x, y) = self.position(grey.dimensions(), along, inwards);
        grey.get_pixel(x, y).0[0]
    }

    fn position(self, (width, height): (u32, u32), along: usize, inwards: usize) -> (u32, u32) {
        let (along, inwards) = (along as u32, inwards as u32);
        match self {
            Self::Left => (inwards, along),
            Self::Right => (width - 1 - inwards, along),
            Self::Top => (along, inwards),
            Self::Bottom => (along, height - 1 - inwards),
        }
    }
}

impl OffPage {
    /// The brightness with which to fill each row: that of the page beside it, so that no edge remains.
    fn fill_levels(&self, grey: &GrayImage, px_per_mm: f64) -> Vec<u8> {
        let last = self.side.across(grey).saturating_sub(1);
        let beside = |at: usize| {
            let levels = (1..=2).map(|further| self.side.level(grey, at, (self.depths[at] + further).min(last)));
            levels.max().unwrap_or(u8::MAX)
        };
        let levels: Vec<usize> = (0..self.depths.len()).map(|at| usize::from(beside(at))).collect();
        let reach = (FILL_REACH_MM * px_per_mm).ceil() as usize;
        let window = |at: usize| at.saturating_sub(reach)..(at + reach + 1).min(levels.len());
        (0..levels.len()).map(|at| percentile(levels[window(at)].to_vec(), FILL_PERCENTILE) as u8).collect()
    }

    /// Fills the area in the low-resolution scan that it was found in, and in the scan itself.
    pub(super) fn hide(&self, grey: &mut GrayImage, px_per_mm: f64, scan: &mut GrayImage) {
        let levels = self.fill_levels(grey, px_per_mm);
        let size = grey.dimensions();
        self.fill(grey, size, &levels);
        self.fill(scan, size, &levels);
    }

    /// Fills the area in an image of the scan. It was found in an image of `size` px, for each of whose rows there is a level.
    fn fill(&self, image: &mut GrayImage, size: (u32, u32), levels: &[u8]) {
        let (found_length, found_across) = self.side.length_and_depth(size);
        let dimensions = image.dimensions();
        let (length, across) = self.side.length_and_depth(dimensions);
        for along in 0..length {
            let at = (along * found_length / length).min(found_length - 1);
            let depth = (self.depths[at] * across).div_ceil(found_across).min(across);
            for inwards in 0..depth {
                let (x, y) = self.side.position(dimensions, along, inwards);
                image.put_pixel(x, y, Luma([levels[at]]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::imageops::{self, FilterType};

    use super::*;

    fn left(depth: usize, rows: usize) -> OffPage {
        OffPage { side: ScanSide::Left, depths: vec![depth; rows], cuts: vec![false; rows] }
    }

    #[test]
    fn hidden_area_is_as_bright_as_the_page_beside_it() {
        let brightness = |x: u32, y: u32| if x < 40 { 10 } else { 150 + (y / 4) as u8 };
        let image = GrayImage::from_fn(400, 200, |x, y| Luma([brightness(x, y)]));
        let mut scan = image;
        let mut grey = imageops::resize(&scan, 200, 100, FilterType::Triangle);
        left(21, 100).hide(&mut grey, 4.0, &mut scan);
        for (x, y, pixel) in scan.enumerate_pixels() {
            assert!(pixel.0[0].abs_diff(brightness(100, y)) <= 8, "{x}, {y}: {pixel:?}");
        }
        assert!(grey.pixels().all(|pixel| pixel.0[0] >= 145));
    }
}
