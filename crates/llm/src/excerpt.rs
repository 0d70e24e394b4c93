use serde::{Deserialize, Serialize};

use super::PictureSettings;
use shelf_runtime::book::SourcePage;

/// A part of a scan, px of the scan, origin top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Region {
    /// Left edge, px.
    pub x: u32,
    /// Top edge, px.
    pub y: u32,
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
}

/// What of a scan a model is shown. Decided by sizes alone: nothing is decoded for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Excerpt {
    /// All of it.
    Page,
    /// Strips of it, one below another in one picture.
    Strips {
        /// The strips from top to bottom of the picture. Each lies on the scan, and none touches another there.
        strips: Vec<Region>,
        /// Height of what lies between two, px of the scan.
        gap: u32,
    },
}

/// So much is cut out around a region, inches: a descender or an accent that the box has missed, and not the next line.
const MARGIN: f64 = 0.06;
/// What lies between two strips, inches.
const GAP: f64 = 0.04;
/// Strips are shown where they have at most this share of the page's pixels. Providers count pixels, in steps that a smaller saving
/// would be lost in, and a page shows more than its strips: what a paragraph goes on from, how its letters look elsewhere.
const WORTH_CUTTING: f64 = 0.8;

impl Excerpt {
    /// What to show of a scan where only `regions` matter, in the order in which they are read: these alone, each with a little margin,
    /// those that overlap or touch as one; or all of it where that costs about as much, or where none of them lies on the scan.
    ///
    /// ```
    /// # use shelf::book::{Origin, Resolution, SourcePage};
    /// use shelf::llm::{Excerpt, Region};
    ///
    /// # let scan = SourcePage {
    /// #     page_number: 1,
    /// #     image: "page_0001.png".to_owned(),
    /// #     hash: String::new(),
    /// #     bytes: 0,
    /// #     width: 1800,
    /// #     height: 2400,
    /// #     resolution: Resolution { dpi: 300.0, estimated: false },
    /// #     origin: Origin { file: "page_0001.png".to_owned(), page: None, half: None },
    /// # };
    /// // A scan of 1800 × 2400 px at 300 dpi.
    /// let paragraph = Region { x: 200, y: 300, width: 1400, height: 150 };
    /// assert_eq!(Excerpt::of(&scan, &[paragraph]).size(&scan), (1436, 186));
    /// let column = Region { x: 100, y: 100, width: 1600, height: 2200 };
    /// assert_eq!(Excerpt::of(&scan, &[column]), Excerpt::Page);
    /// ```
    #[must_use]
    pub fn of(scan: &SourcePage, regions: &[Region]) -> Self {
        let px = |inches: f64| (inches * scan.resolution.dpi).round() as u32;
        let cut_out = regions.iter().filter_map(|region| region.with_margin(px(MARGIN), scan));
        let strips = cut_out.fold(Vec::new(), with);
        let excerpt = Self::Strips { strips, gap: px(GAP) };
        if excerpt.is_worth_cutting(scan) { excerpt } else { Self::Page }
    }

    /// Width and height of what is shown, px of the scan.
    #[must_use]
    pub fn size(&self, scan: &SourcePage) -> (u32, u32) {
        match self {
            Self::Page => (scan.width, scan.height),
            Self::Strips { strips, gap } => size_of(strips, *gap),
        }
    }

    /// Servers make a picture smaller by its longer side: a pile of strips that is higher than the page would be read worse.
    fn is_worth_cutting(&self, scan: &SourcePage) -> bool {
        let pixels = |(width, height): (u32, u32)| f64::from(width) * f64::from(height);
        let size = self.size(scan);
        pixels(size) > 0.0 && pixels(size) <= WORTH_CUTTING * pixels((scan.width, scan.height)) && size.1 <= scan.height
    }
}

/// Width and height of strips one below another, px.
pub(super) fn size_of(strips: &[Region], gap: u32) -> (u32, u32) {
    let width = strips.iter().map(|strip| strip.width).max().unwrap_or(0);
    let gaps = gap.saturating_mul(strips.len().saturating_sub(1) as u32);
    let height = strips.iter().fold(gaps, |height, strip| height.saturating_add(strip.height));
    (width, height)
}

/// The strips with another one. It takes up those that it touches, and stands where the first of these stood.
fn with(mut strips: Vec<Region>, mut strip: Region) -> Vec<Region> {
    let mut place = strips.len();
    while let Some(touched) = strips.iter().position(|other| other.touches(&strip)) {
        strip = strip.union(&strips.remove(touched));
        place = place.min(touched);
    }
    strips.insert(place.min(strips.len()), strip);
    strips
}

impl Region {
    fn right(&self) -> u32 {
        self.x.saturating_add(self.width)
    }

    fn bottom(&self) -> u32 {
        self.y.saturating_add(self.height)
    }

    fn between(left: u32, top: u32, right: u32, bottom: u32) -> Self {
        Self { x: left, y: top, width: right - left, height: bottom - top }
    }

    /// What of the region lies on the scan, and `margin` px around it; none where nothing does.
    fn with_margin(&self, margin: u32, scan: &SourcePage) -> Option<Self> {
        let lies_on_it = self.width > 0 && self.height > 0 && self.x < scan.width && self.y < scan.height;
        lies_on_it.then(|| {
            Self::between(
                self.x.saturating_sub(margin),
                self.y.saturating_sub(margin),
                self.right().saturating_add(margin).min(scan.width),
                self.bottom().saturating_add(margin).min(scan.height),
            )
        })
    }

    fn touches(&self, other: &Self) -> bool {
        self.x <= other.right() && other.x <= self.right() && self.y <= other.bottom() && other.y <= self.bottom()
    }

    fn union(&self, other: &Self) -> Self {
        Self::between(
            self.x.min(other.x),
            self.y.min(other.y),
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        )
    }
}

impl PictureSettings {
    /// Width and height of the picture that a model gets, px. It is smaller still where it would have more than `max_bytes`.
    #[must_use]
    pub fn size(&self, scan: &SourcePage, excerpt: &Excerpt) -> (u32, u32) {
        scaled(excerpt.size(scan), self.factor(scan.resolution.dpi))
    }

    /// Pixels of that picture.
    pub(super) fn pixels(&self, scan: &SourcePage, excerpt: &Excerpt) -> f64 {
        let (width, height) = self.size(scan, excerpt);
        f64::from(width) * f64::from(height)
    }

    /// By how much a scan of this resolution is made smaller, at most 1.
    pub(super) fn factor(&self, dpi: f64) -> f64 {
        (self.dpi / dpi).min(1.0)
    }

    /// A picture of half as many bytes, and fewer pixels.
    #[must_use]
    pub fn smaller(self) -> Self {
        Self { dpi: self.dpi * 0.7, max_bytes: self.max_bytes / 2, ..self }
    }
}

/// Width and height made smaller, px, at least 1.
pub(super) fn scaled((width, height): (u32, u32), factor: f64) -> (u32, u32) {
    let side = |px: u32| (f64::from(px) * factor).round().max(1.0) as u32;
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use shelf_runtime::book::{Origin, Resolution};

    /// A scan whose margin around regions is 6 px, and 4 px lie between strips.
    fn scan(width: u32, height: u32) -> SourcePage {
        SourcePage {
            page_number: 1,
            image: "page_0001.png".to_owned(),
            hash: String::new(),
            bytes: 0,
            width,
            height,
            resolution: Resolution { dpi: 100.0, estimated: false },
            origin: Origin { file: "page_0001.png".to_owned(), page: None, half: None },
        }
    }

    fn region(x: u32, y: u32, width: u32, height: u32) -> Region {
        Region { x, y, width, height }
    }

    fn strips(regions: &[Region]) -> Vec<Region> {
        match Excerpt::of(&scan(600, 900), regions) {
            Excerpt::Strips { strips, .. } => strips,
            Excerpt::Page => vec![region(0, 0, 600, 900)],
        }
    }

    #[test]
    fn regions_are_cut_out_with_a_margin_in_the_order_in_which_they_are_read() {
        let (left, right) = (region(50, 400, 200, 60), region(350, 100, 200, 50));
        assert_eq!(strips(&[left, right]), [region(44, 394, 212, 72), region(344, 94, 212, 62)]);
        let excerpt = Excerpt::of(&scan(600, 900), &[left, right]);
        assert_eq!(excerpt.size(&scan(600, 900)), (212, 72 + 4 + 62));
    }

    #[test]
    fn what_overlaps_or_touches_is_one_strip() {
        let (head, foot) = (region(50, 100, 400, 40), region(50, 700, 400, 40));
        let below = region(80, 150, 300, 40);
        let both = region(44, 94, 412, 102);
        assert_eq!(strips(&[head, foot, below]), [both, region(44, 694, 412, 52)]);
        // The third closes the gap between the first two.
        assert_eq!(strips(&[head, region(50, 200, 400, 40), region(50, 152, 10, 36)]), [region(44, 94, 412, 152)]);
    }

    #[test]
    fn what_reaches_off_the_scan_ends_at_its_edge_and_what_lies_off_it_is_left_out() {
        assert_eq!(strips(&[region(580, 880, 100, 100)]), [region(574, 874, 26, 26)]);
        assert_eq!(strips(&[region(0, 0, u32::MAX, 30)]), [region(0, 0, 600, 36)]);
        for nothing in [&[][..], &[region(600, 10, 20, 20)], &[region(10, 10, 0, 20)]] {
            assert_eq!(Excerpt::of(&scan(600, 900), nothing), Excerpt::Page, "{nothing:?}");
        }
    }

    #[test]
    fn the_page_is_shown_where_strips_would_save_little_or_be_higher_than_it() {
        let share = |height: u32| Excerpt::of(&scan(600, 900), &[region(6, 6, 588, height)]);
        assert!(matches!(share(700), Excerpt::Strips { .. }));
        assert_eq!(share(720), Excerpt::Page);
        let columns = [region(20, 20, 170, 500), region(220, 20, 170, 500)];
        assert_eq!(Excerpt::of(&scan(600, 900), &columns), Excerpt::Page);
    }

    #[test]
    fn the_size_of_a_picture_is_known_beforehand() {
        let settings = PictureSettings { dpi: 50.0, max_bytes: 800_000, quality: 75 };
        let scan = scan(600, 900);
        assert_eq!(settings.size(&scan, &Excerpt::Page), (300, 450));
        assert_eq!(settings.size(&scan, &Excerpt::of(&scan, &[region(50, 100, 388, 88)])), (200, 50));
        let coarser = PictureSettings { dpi: 300.0, ..settings };
        assert_eq!(coarser.size(&scan, &Excerpt::Page), (600, 900));
    }

    proptest! {
        #[test]
        fn strips_lie_on_the_scan_hold_every_region_and_do_not_touch(
            regions in prop::collection::vec((0..700u32, 0..1000u32, 0..200u32, 0..60u32), 0..6),
        ) {
            let scan = scan(600, 900);
            let regions: Vec<Region> = regions.into_iter().map(|(x, y, width, height)| region(x, y, width, height)).collect();
            let Excerpt::Strips { strips, .. } = Excerpt::of(&scan, &regions) else { return Ok(()) };
            for strip in &strips {
                prop_assert!(strip.right() <= 600 && strip.bottom() <= 900 && strip.width > 0 && strip.height > 0);
                prop_assert_eq!(strips.iter().filter(|other| other.touches(strip)).count(), 1);
            }
            for region in regions.iter().filter_map(|region| region.with_margin(0, &scan)) {
                prop_assert!(strips.iter().any(|strip| strip.union(&region) == *strip));
            }
        }
    }
}
