use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageFormat, Luma, imageops};

use super::scanner::{Skew, sample};
use super::{DarkEdge, Random};

/// Turns a clean page into a bad scan: coarse, blurred, unevenly lit, noisy, with faded ink, the reverse side showing through, the
/// artefacts of a low JPEG quality and, where asked for, dark edges. It works on drawn pages and on real ones; the same seed and page give the same scan.
///
/// A stage tuned on one seed should be tested on another.
#[derive(Debug, Clone, PartialEq)]
pub struct Degrader {
    /// Determines all random effects.
    pub seed: u64,
    /// Resolution of the result, dots per inch.
    pub dpi: u32,
    /// How far the page is turned clockwise, degrees; up to about 10.
    pub skew_degrees: f32,
    /// How many times the result is blurred by 1/4–1/2–1/4 in both directions.
    pub blurs: u32,
    /// The most that faded ink is lighter than full ink, 0..=255.
    pub ink_loss: u8,
    /// How much the ink of the reverse side darkens the paper, grey levels.
    pub bleed_through: u8,
    /// How much darker the paper is at its darkest point, grey levels.
    pub shading: u8,
    /// Largest noise of a pixel, grey levels.
    pub noise: u8,
    /// Quality of the JPEG compression, 1..=100.
    pub jpeg_quality: u8,
    /// Dark bands along the sides of the scan.
    pub dark_edges: Vec<DarkEdge>,
}

/// Grey levels of paper and ink.
const PAPER: i64 = 232;
const INK: i64 = 45;
/// Side of the patches in which ink fades, 1/20 in: about the height of a letter.
const FADING_PER_INCH: u32 = 20;

impl Degrader {
    /// A bad scan at `dpi`. The seed also chooses how strong each defect is.
    #[must_use]
    pub fn new(seed: u64, dpi: u32) -> Self {
        let mut random = Random::new(seed ^ 0xDE64_AD00);
        Self {
            seed,
            dpi,
            skew_degrees: 0.0,
            blurs: random.below(2),
            ink_loss: random.between(0, 110) as u8,
            bleed_through: random.between(0, 40) as u8,
            shading: random.between(10, 90) as u8,
            noise: random.between(4, 22) as u8,
            jpeg_quality: random.between(45, 85) as u8,
            dark_edges: Vec::new(),
        }
    }

    /// The page, of `page_dpi`, as a bad scan.
    ///
    /// # Panics
    /// The page is finer than 65,535 px a side, which JPEG does not allow.
    #[must_use]
    pub fn degrade(&self, page: &GrayImage, page_dpi: u32) -> GrayImage {
        let mut random = Random::new(self.seed);
        let faded = self.with_faded_ink(page, page_dpi, &mut random);
        let turned = turned(&faded, self.skew_degrees);
        let side = |px: u32| (px * self.dpi / page_dpi).max(1);
        let (width, height) = (side(page.width()), side(page.height()));
        let mut coarse = imageops::resize(&turned, width, height, imageops::FilterType::Triangle);
        for _ in 0..self.blurs {
            coarse = blurred(&coarse);
        }
        let mut scan = self.exposed(&coarse, &mut random);
        for edge in &self.dark_edges {
            edge.darken(&mut scan, self.dpi, &mut random);
        }
        compressed(&scan, self.jpeg_quality)
    }

    fn with_faded_ink(&self, page: &GrayImage, page_dpi: u32, random: &mut Random) -> GrayImage {
        let patch = (page_dpi / FADING_PER_INCH).max(1);
        let columns = page.width() / patch + 2;
        let field: Vec<i64> = (0..columns * (page.height() / patch + 2))
            .map(|_| i64::from(random.below(256)) * i64::from(self.ink_loss) / 255)
            .collect();
        let at = |column: u32, row: u32| field[(row * columns + column) as usize];
        GrayImage::from_fn(page.width(), page.height(), |x, y| {
            let (column, row) = (x / patch, y / patch);
            let (right, down) = (i64::from(x % patch), i64::from(y % patch));
            let side = i64::from(patch);
            let upper = at(column, row) * (side - right) + at(column + 1, row) * right;
            let lower = at(column, row + 1) * (side - right) + at(column + 1, row + 1) * right;
            let loss = (upper * (side - down) + lower * down) / (side * side);
            let level = i64::from(page.get_pixel(x, y).0[0]);
            Luma([(level + (255 - level) * loss / 255) as u8])
        })
    }

    /// The page on uneven paper that its reverse side shows through.
    fn exposed(&self, page: &GrayImage, random: &mut Random) -> GrayImage {
        let (width, height) = page.dimensions();
        let reverse = imageops::flip_horizontal(&blurred(&blurred(page)));
        let (bright_x, bright_y) = (i64::from(random.below(1024)), i64::from(random.below(1024)));
        GrayImage::from_fn(width, height, |x, y| {
            let across = i64::from(x) * 1024 / i64::from(width) - bright_x;
            let down = i64::from(y) * 1024 / i64::from(height) - bright_y;
            let shade = i64::from(self.shading) * (across * across + down * down) / (2 * 1024 * 1024);
            let through = (255 - i64::from(reverse.get_pixel(x, y).0[0])) * i64::from(self.bleed_through) / 255;
            let paper = (PAPER - shade - through).max(INK + 8);
            let level = INK + (paper - INK) * i64::from(page.get_pixel(x, y).0[0]) / 255;
            let grain =
                i64::from(random.below(u32::from(self.noise) + 1)) - i64::from(random.below(u32::from(self.noise) + 1));
            Luma([(level + grain).clamp(0, 255) as u8])
        })
    }
}

fn turned(page: &GrayImage, degrees: f32) -> GrayImage {
    if degrees == 0.0 {
        return page.clone();
    }
    let skew = Skew::new(degrees, page.width(), page.height());
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        let (x, y) = skew.source(i64::from(x), i64::from(y));
        Luma([sample(page, x, y) as u8])
    })
}

/// The image blurred by 1/4–1/2–1/4 in both directions.
fn blurred(image: &GrayImage) -> GrayImage {
    imageops::filter3x3(image, &[1.0, 2.0, 1.0, 2.0, 4.0, 2.0, 1.0, 2.0, 1.0].map(|weight: f32| weight / 16.0))
}

fn compressed(image: &GrayImage, quality: u8) -> GrayImage {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(image).expect("the image fits into JPEG");
    image::load(Cursor::new(bytes), ImageFormat::Jpeg).expect("the encoder writes valid JPEG").into_luma8()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Document, EdgeTexture, PageFormat, ScanSide};

    fn page() -> GrayImage {
        let text = "A page that was copied once too often. ".repeat(20);
        Document::new().prose(&text).typeset(&PageFormat::octavo().at_dpi(200)).remove(0).image
    }

    #[test]
    fn result_depends_on_seed_and_page_only() {
        let page = page();
        let degrade = |seed| Degrader::new(seed, 100).degrade(&page, 200);
        assert_eq!(degrade(1), degrade(1));
        assert_ne!(degrade(1), degrade(2));
        assert_eq!(degrade(1).dimensions(), (550, 850));
    }

    #[test]
    fn every_defect_changes_the_page() {
        let clean = Degrader {
            seed: 1,
            dpi: 100,
            skew_degrees: 0.0,
            blurs: 0,
            ink_loss: 0,
            bleed_through: 0,
            shading: 0,
            noise: 0,
            jpeg_quality: 100,
            dark_edges: Vec::new(),
        };
        let page = page();
        let image = clean.degrade(&page, 200);
        assert!(image.pixels().all(|pixel| (40..=240).contains(&pixel.0[0])));
        for worse in [
            Degrader { skew_degrees: 2.0, ..clean.clone() },
            Degrader { blurs: 1, ..clean.clone() },
            Degrader { ink_loss: 90, ..clean.clone() },
            Degrader { bleed_through: 30, ..clean.clone() },
            Degrader { shading: 60, ..clean.clone() },
            Degrader { noise: 12, ..clean.clone() },
            Degrader { jpeg_quality: 40, ..clean.clone() },
            Degrader { dark_edges: vec![DarkEdge::new(ScanSide::Left, 0.2, EdgeTexture::Solid)], ..clean.clone() },
        ] {
            assert_ne!(worse.degrade(&page, 200), image, "{worse:?}");
        }
    }
}
