use image::GrayImage;

use super::{Bbox, DrawnPage, Random};

/// Simulates a worn flatbed scanner. The same seed and page give the same scan on every machine: only integers and
/// basic operations are used.
#[derive(Debug, Clone, PartialEq)]
pub struct Scanner {
    /// Determines all random effects.
    pub seed: u64,
    /// Largest skew, degrees to either side.
    pub skew_degrees: f32,
    /// Specks on a page of 4 megapixels.
    pub specks: u32,
    /// How much darker the background is at its darkest point, grey levels.
    pub shading: u8,
    /// Largest noise of a pixel, grey levels.
    pub noise: u8,
    /// Whether the gutter is dark.
    pub dark_gutter: bool,
}

impl Scanner {
    /// A typical scanner: up to 0.6° skew, some specks, uneven illumination, a shadow in the gutter.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, skew_degrees: 0.6, specks: 80, shading: 46, noise: 7, dark_gutter: true }
    }

    /// Scans `page`, whose number in its book is `number`, from 1; odd pages have their spine at the left. The boxes are moved accordingly.
    #[must_use]
    pub fn scan(&self, page: &DrawnPage, number: u32) -> DrawnPage {
        let mut random = Random::new(self.seed ^ (u64::from(number) << 32));
        let (width, height) = page.image.dimensions();
        let skew = Skew::new(random.around_zero() * self.skew_degrees, width, height);
        let illumination = Illumination::new(self, &mut random, number % 2 == 1, page);
        let mut image = GrayImage::new(width, height);
        for (y, row) in image.chunks_exact_mut(width as usize).enumerate() {
            let mut noise = Random::new(random.bits());
            illumination.expose_row(&page.image, &skew, y as u32, row, &mut noise);
        }
        let specks = u64::from(self.specks) * u64::from(width) * u64::from(height) / 4_000_000;
        for _ in 0..specks {
            drop_speck(&mut image, &mut random, page.dpi);
        }
        let mut scanned = DrawnPage { image, ..page.clone() };
        for word in scanned
            .blocks
            .iter_mut()
            .flat_map(|block| &mut block.paragraphs)
            .flat_map(|paragraph| &mut paragraph.lines)
            .flat_map(|line| &mut line.words)
        {
            word.bbox = skew.rotated(word.bbox);
        }
        for figure in &mut scanned.figures {
            *figure = skew.rotated(*figure);
        }
        scanned
    }
}

/// A rotation about the centre of the page, in 1/65536.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skew {
    sine: i64,
    cosine: i64,
    width: i64,
    height: i64,
}

const ONE: i64 = 1 << 16;

impl Skew {
    pub(super) fn new(degrees: f32, width: u32, height: u32) -> Self {
        // A small angle is its own sine, to one in 50,000; trigonometric functions differ between machines.
        let sine = f64::from(degrees) * (std::f64::consts::PI / 180.0);
        let cosine = (1.0 - sine * sine).sqrt();
        Self {
            sine: (sine * ONE as f64).round() as i64,
            cosine: (cosine * ONE as f64).round() as i64,
            width: i64::from(width),
            height: i64::from(height),
        }
    }

    /// The position on paper of a pixel of the scan, in 1/65536 px.
    pub(super) fn source(&self, x: i64, y: i64) -> (i64, i64) {
        let (dx, dy) = (2 * x - self.width, 2 * y - self.height);
        let (right, down) = (dx * self.cosine + dy * self.sine, dy * self.cosine - dx * self.sine);
        ((self.width * ONE + right) >> 1, (self.height * ONE + down) >> 1)
    }

    /// The box around a rotated box, cropped to the scan.
    fn rotated(&self, bbox: Bbox) -> Bbox {
        let back = Self { sine: -self.sine, ..*self };
        let corners =
            [(bbox.x, bbox.y), (bbox.right(), bbox.y), (bbox.x, bbox.bottom()), (bbox.right(), bbox.bottom())]
                .map(|(x, y)| back.source(i64::from(x), i64::from(y)));
        let fold = |of: fn(&(i64, i64)) -> i64, limit: i64| {
            let (least, most) = corners.iter().map(of).fold((i64::MAX, i64::MIN), |(a, b), v| (a.min(v), b.max(v)));
            ((least / ONE).clamp(0, limit) as u32, ((most + ONE - 1) / ONE).clamp(0, limit) as u32)
        };
        let (left, right) = fold(|corner| corner.0, self.width);
        let (top, bottom) = fold(|corner| corner.1, self.height);
        Bbox { x: left, y: top, width: right - left, height: bottom - top }
    }
}

/// Uneven brightness of the background.
struct Illumination {
    /// Background and ink at the brightest point, grey levels.
    paper: i64,
    ink: i64,
    shading: i64,
    noise: u32,
    /// The brightest point, in 1/1024 of the page.
    bright: (i64, i64),
    /// Width of the gutter's shadow, px.
    gutter: i64,
    spine_left: bool,
}

impl Illumination {
    fn new(scanner: &Scanner, random: &mut Random, spine_left: bool, page: &DrawnPage) -> Self {
        let off_spine = i64::from(random.between(80, 260)) * if spine_left { 1 } else { -1 };
        Self {
            paper: 238,
            ink: 38,
            shading: i64::from(scanner.shading),
            noise: u32::from(scanner.noise),
            bright: (512 + off_spine, i64::from(random.between(300, 700))),
            gutter: if scanner.dark_gutter { i64::from(page.dpi) * 7 / 20 } else { 0 },
            spine_left,
        }
    }

    /// One row of the scan: skewed, slightly blurred, in this illumination.
    fn expose_row(&self, paper: &GrayImage, skew: &Skew, y: u32, row: &mut [u8], noise: &mut Random) {
        let (width, height) = paper.dimensions();
        let down = i64::from(y) * 1024 / i64::from(height) - self.bright.1;
        let (mut from_x, mut from_y) = skew.source(0, i64::from(y));
        for (x, pixel) in (0i64..).zip(row) {
            let white = sample(paper, from_x, from_y);
            from_x += skew.cosine;
            from_y -= skew.sine;
            let across = x * 1024 / i64::from(width) - self.bright.0;
            let dark = self.shading * (across * across + down * down) / (1024 * 1024) + self.shadow(x, width);
            let paper_level = (self.paper - dark).max(self.ink + 8);
            let level = self.ink + (paper_level - self.ink) * white / 255;
            *pixel = (level + self.grain(noise)).clamp(0, 255) as u8;
        }
    }

    /// What the gutter's shadow subtracts, grey levels.
    fn shadow(&self, x: i64, width: u32) -> i64 {
        let from_spine = if self.spine_left { x } else { i64::from(width) - 1 - x };
        let depth = (self.gutter - from_spine).max(0);
        if depth == 0 { 0 } else { 190 * depth * depth / (self.gutter * self.gutter) }
    }

    /// The difference of two random numbers, so that small values are more common than large ones.
    fn grain(&self, noise: &mut Random) -> i64 {
        let bits = noise.bits();
        let die = |bits: u32| (i64::from(bits) * i64::from(self.noise + 1)) >> 32;
        die(bits as u32) - die((bits >> 32) as u32)
    }
}

/// The grey level of the paper at a position in 1/65536 px, interpolated bilinearly; white outside.
pub(super) fn sample(paper: &GrayImage, x: i64, y: i64) -> i64 {
    let (width, height) = paper.dimensions();
    let (left, top) = (x >> 16, y >> 16);
    if left < 0 || top < 0 || left + 1 >= i64::from(width) || top + 1 >= i64::from(height) {
        return 255;
    }
    let at = top as usize * width as usize + left as usize;
    let samples = paper.as_raw();
    let (upper, lower) = (&samples[at..at + 2], &samples[at + width as usize..at + width as usize + 2]);
    let (right, down) = ((x & 0xFFFF) >> 8, (y & 0xFFFF) >> 8);
    let mix = |pair: &[u8]| i64::from(pair[0]) * (256 - right) + i64::from(pair[1]) * right;
    (mix(upper) * (256 - down) + mix(lower) * down) >> 16
}

/// A speck of dust: a few dark pixels, at most a quarter of a millimetre.
fn drop_speck(image: &mut GrayImage, random: &mut Random, dpi: u32) {
    let (width, height) = image.dimensions();
    let size = random.between(1, (dpi / 100).max(1));
    let (x, y) = (random.below(width), random.below(height));
    let level = random.between(50, 150) as u8;
    for row in y..(y + size).min(height) {
        for column in x..(x + size).min(width) {
            if random.below(4) > 0 {
                image.get_pixel_mut(column, row).0[0] = level;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Scanner, Skew};
    use crate::draw::{Bbox, Document, DrawnPage, PageFormat};

    fn page() -> DrawnPage {
        let text = "A page that lies crooked on the glass. ".repeat(30);
        Document::new().prose(&text).typeset(&PageFormat::octavo().at_dpi(100)).remove(0)
    }

    #[test]
    fn scan_depends_on_seed_and_page_only() {
        let (page, scanner) = (page(), Scanner::new(7));
        assert_eq!(scanner.scan(&page, 1).image, scanner.scan(&page, 1).image);
        assert_ne!(scanner.scan(&page, 1).image, scanner.scan(&page, 2).image);
        assert_ne!(scanner.scan(&page, 1).image, Scanner::new(8).scan(&page, 1).image);
    }

    /// A change here changes every synthetic scan: inspect some, then update the hash.
    #[test]
    fn scan_is_the_same_on_every_machine() {
        let hash = blake3::hash(Scanner::new(7).scan(&page(), 1).image.as_raw());
        assert_eq!(&hash.to_hex()[..16], "a5066143af418187");
    }

    #[test]
    fn scan_without_defects_is_the_page_in_grey() {
        let perfect = Scanner { seed: 1, skew_degrees: 0.0, specks: 0, shading: 0, noise: 0, dark_gutter: false };
        let page = page();
        let scan = perfect.scan(&page, 1);
        assert_eq!(scan.blocks, page.blocks);
        let levels: std::collections::BTreeSet<u8> = scan.image.pixels().map(|pixel| pixel.0[0]).collect();
        assert_eq!((levels.first(), levels.last()), (Some(&38), Some(&238)));
    }

    #[test]
    fn boxes_move_with_the_ink() {
        let crooked = Scanner { skew_degrees: 0.6, specks: 0, shading: 0, noise: 0, dark_gutter: false, seed: 5 };
        let page = page();
        let scan = crooked.scan(&page, 1);
        assert_ne!(scan.blocks, page.blocks);
        let mut ink = scan.image.clone();
        for word in scan.lines().flat_map(|line| &line.words) {
            let Bbox { x, y, width, height } = word.bbox;
            for row in y.saturating_sub(1)..=y + height {
                for column in x.saturating_sub(1)..=x + width {
                    ink.put_pixel(column, row, image::Luma([238]));
                }
            }
        }
        assert!(ink.pixels().all(|pixel| pixel.0[0] > 180), "all ink is in the boxes of words");
    }

    #[test]
    fn box_around_a_rotated_box_contains_it() {
        let skew = Skew::new(0.6, 1650, 2550);
        let bbox = Bbox { x: 200, y: 300, width: 400, height: 50 };
        let rotated = skew.rotated(bbox);
        assert!(rotated.height >= 54 && rotated.height <= 56, "{rotated:?}");
        let inside = Bbox { x: rotated.x + 2, y: rotated.y + 2, width: 398, height: 50 };
        assert_eq!(rotated.union(&inside), rotated);
    }
}
