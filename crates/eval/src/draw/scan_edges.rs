use image::{GrayImage, Luma, imageops};

use super::Random;

/// A dark band along one side of a scan: the scanner's bed, its lid, or the gutter.
#[derive(Debug, Clone, PartialEq)]
pub struct DarkEdge {
    /// The side of the scan.
    pub side: ScanSide,
    /// How far it reaches into the scan in the middle of the side, in.
    pub depth_in: f32,
    /// By how much its inner edge is turned clockwise, degrees; up to about 10.
    pub slant_degrees: f32,
    /// How it looks.
    pub texture: EdgeTexture,
}

/// A side of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanSide {
    /// The left one.
    Left,
    /// The right one.
    Right,
    /// The upper one.
    Top,
    /// The lower one.
    Bottom,
}

/// How a dark band looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeTexture {
    /// Black throughout.
    Solid,
    /// Black at the side of the scan, and lighter towards the page.
    Gradient,
    /// Black with white specks, and black specks beside it.
    Speckled,
}

/// The inner edge of the neighbouring page, which the scan shows beside its own.
#[derive(Debug, Clone, PartialEq)]
pub struct NeighbourStrip {
    /// The side of the scan: left or right, where the spine is.
    pub side: ScanSide,
    /// Width of the strip, in. It begins with the margin of the neighbouring page.
    pub width_in: f32,
    /// How much darker the paper is in the fold, grey levels.
    pub shadow: u8,
}

/// Grey level of a dark band.
const BLACK: i64 = 18;
/// How far the shadow of the fold reaches to either side, 1/100 in.
const SHADOW_PER_CENT_IN: i64 = 25;
/// Of a hundred pixels of a speckled band, as many are black.
const BLACK_PER_CENT: u32 = 82;
/// Beside a speckled band, one pixel of so many is black, as far as a tenth of an inch.
const PIXELS_PER_SPECK: u32 = 40;

impl DarkEdge {
    /// A band that is not slanted.
    #[must_use]
    pub fn new(side: ScanSide, depth_in: f32, texture: EdgeTexture) -> Self {
        Self { side, depth_in, slant_degrees: 0.0, texture }
    }

    /// Darkens the edge of a scan of `dpi`.
    pub(super) fn darken(&self, scan: &mut GrayImage, dpi: u32, random: &mut Random) {
        let (width, height) = (i64::from(scan.width()), i64::from(scan.height()));
        // In 1/65536 px. A small angle is its own tangent, nearly.
        let depth = (f64::from(self.depth_in) * f64::from(dpi) * 65536.0) as i64;
        let slope = (f64::from(self.slant_degrees) * (std::f64::consts::PI / 180.0) * 65536.0) as i64;
        let beside = i64::from(dpi) * 65536 / 10;
        for (x, y, pixel) in scan.enumerate_pixels_mut() {
            let (x, y) = (i64::from(x), i64::from(y));
            let (inwards, along) = match self.side {
                ScanSide::Left => (x, height / 2 - y),
                ScanSide::Right => (width - 1 - x, y - height / 2),
                ScanSide::Top => (y, x - width / 2),
                ScanSide::Bottom => (height - 1 - y, width / 2 - x),
            };
            let edge = depth + along * slope;
            let inside = edge - inwards * 65536;
            let paper = i64::from(pixel.0[0]);
            let level = match self.texture {
                EdgeTexture::Solid if inside > 0 => BLACK + i64::from(random.below(9)),
                EdgeTexture::Gradient if inside > 0 => {
                    let share = (inside * 256 / edge.max(1)).min(256);
                    paper - (paper - BLACK) * share * share / 65536
                }
                EdgeTexture::Speckled if inside > 0 && random.below(100) < BLACK_PER_CENT => BLACK,
                EdgeTexture::Speckled
                    if inside <= 0 && inside > -beside && edge > 0 && random.below(PIXELS_PER_SPECK) == 0 =>
                {
                    BLACK
                }
                _ => paper,
            };
            pixel.0[0] = level.clamp(0, 255) as u8;
        }
    }
}

impl NeighbourStrip {
    /// The page with the strip of its neighbour beside it, both of `dpi`: the result is wider than the page, by the strip.
    #[must_use]
    pub fn beside(&self, page: &GrayImage, neighbour: &GrayImage, dpi: u32) -> GrayImage {
        let strip_px = ((f64::from(self.width_in) * f64::from(dpi)) as u32).min(neighbour.width());
        let mut both = GrayImage::from_pixel(page.width() + strip_px, page.height(), Luma([255]));
        let (strip_left, page_left, fold) = match self.side {
            ScanSide::Right => (page.width(), 0, page.width()),
            _ => (0, strip_px, strip_px),
        };
        let from = if self.side == ScanSide::Right { 0 } else { neighbour.width() - strip_px };
        let strip = imageops::crop_imm(neighbour, from, 0, strip_px, neighbour.height());
        imageops::replace(&mut both, &*strip, i64::from(strip_left), 0);
        imageops::replace(&mut both, page, i64::from(page_left), 0);
        let reach = (i64::from(dpi) * SHADOW_PER_CENT_IN / 100).max(1);
        for (x, _, pixel) in both.enumerate_pixels_mut() {
            let near = (reach - (i64::from(x) - i64::from(fold)).abs()).max(0);
            let paper = 255 - i64::from(self.shadow) * near * near / (reach * reach);
            pixel.0[0] = (i64::from(pixel.0[0]) * paper / 255) as u8;
        }
        both
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: u8 = 230;

    fn darkened(edge: &DarkEdge) -> GrayImage {
        let mut scan = GrayImage::from_pixel(200, 300, Luma([PAPER]));
        edge.darken(&mut scan, 100, &mut Random::new(1));
        scan
    }

    fn dark_share(scan: &GrayImage, x: std::ops::Range<u32>, y: std::ops::Range<u32>) -> f64 {
        let pixels = || y.clone().flat_map(|y| x.clone().map(move |x| (x, y)));
        pixels().filter(|&(x, y)| scan.get_pixel(x, y).0[0] < 100).count() as f64 / pixels().count() as f64
    }

    #[test]
    fn band_reaches_as_far_as_it_says_on_every_side() {
        for (side, x, y) in [
            (ScanSide::Left, 0..20, 0..300),
            (ScanSide::Right, 180..200, 0..300),
            (ScanSide::Top, 0..200, 0..20),
            (ScanSide::Bottom, 0..200, 280..300),
        ] {
            let scan = darkened(&DarkEdge::new(side, 0.2, EdgeTexture::Solid));
            assert!((dark_share(&scan, x.clone(), y.clone()) - 1.0).abs() < 1e-9, "{side:?}");
            let inside = dark_share(&scan, x, y) * 20.0 * if side_is_upright(side) { 300.0 } else { 200.0 };
            assert!((dark_share(&scan, 0..200, 0..300) * 60_000.0 - inside).abs() < 1.0, "{side:?}");
        }
    }

    fn side_is_upright(side: ScanSide) -> bool {
        matches!(side, ScanSide::Left | ScanSide::Right)
    }

    #[test]
    fn slanted_band_is_deeper_at_one_end() {
        let edge = DarkEdge { slant_degrees: 3.0, ..DarkEdge::new(ScanSide::Left, 0.1, EdgeTexture::Solid) };
        let scan = darkened(&edge);
        assert!(dark_share(&scan, 0..30, 0..50) > 2.0 * dark_share(&scan, 0..30, 250..300));
    }

    #[test]
    fn gradient_and_specks_are_lighter_than_solid_black() {
        let share = |texture| dark_share(&darkened(&DarkEdge::new(ScanSide::Left, 0.4, texture)), 0..40, 0..300);
        assert!((0.2..0.7).contains(&share(EdgeTexture::Gradient)));
        assert!((0.75..0.9).contains(&share(EdgeTexture::Speckled)));
    }

    #[test]
    fn strip_of_the_neighbour_is_beside_the_page() {
        let page = GrayImage::from_pixel(200, 300, Luma([250]));
        let neighbour = GrayImage::from_fn(200, 300, |x, _| Luma([if (60..140).contains(&x) { 9 } else { 250 }]));
        let strip = |side| NeighbourStrip { side, width_in: 0.8, shadow: 0 }.beside(&page, &neighbour, 100);
        let (left, right) = (strip(ScanSide::Left), strip(ScanSide::Right));
        assert_eq!((left.dimensions(), right.dimensions()), ((280, 300), (280, 300)));
        // The inner margin of 60 px is at the fold, and 20 px of text are at the side of the scan.
        assert!((dark_share(&left, 0..20, 0..300) - 1.0).abs() < 1e-9 && dark_share(&left, 20..280, 0..300) < 1e-9);
        assert!((dark_share(&right, 260..280, 0..300) - 1.0).abs() < 1e-9 && dark_share(&right, 0..260, 0..300) < 1e-9);
    }
}
