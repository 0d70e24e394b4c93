use serde::{Deserialize, Serialize};

use shelf_runtime::book::ScanMetadata;

/// A rectangle on a scan, px of the scan, origin top left.
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

/// The part of a scan that a model sees. Chosen by sizes alone; the scan is not decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Excerpt {
    /// The whole page.
    Page,
    /// Strips of the page, stacked in one picture.
    Strips {
        /// The strips from top to bottom. Each is inside the scan, and no two touch.
        strips: Vec<Region>,
        /// Height of the gap between two strips, px of the scan.
        gap: u32,
    },
}

/// Margin around a region, inches: enough for a descender or an accent that the box has missed, but not for the next line.
const MARGIN_INCHES: f64 = 0.06;
/// Gap between two strips, inches.
const GAP_INCHES: f64 = 0.04;
/// Strips are used only if they have at most this share of the page's pixels. Providers bill pixels in steps that would swallow a
/// smaller saving, and the whole page shows more: what a paragraph continues, how its letters look elsewhere.
const MAX_STRIPS_SHARE: f64 = 0.8;

impl Excerpt {
    /// The excerpt of a scan for which only `regions` matter, given in reading order: the regions with a small margin, merged where they
    /// overlap or touch; or the whole page where that costs about as much, or where no region is on the scan.
    ///
    /// ```
    /// # use shelf::book::{Origin, Resolution, ScanMetadata};
    /// use shelf::llm::{Excerpt, Region};
    ///
    /// # let scan = ScanMetadata {
    /// #     page_number: 1,
    /// #     image: "page_0001.png".to_owned(),
    /// #     hash: String::new(),
    /// #     bytes: 0,
    /// #     width: 1800,
    /// #     height: 2400,
    /// #     resolution: Resolution { dpi: 300.0, estimated: false },
    /// #     origin: Origin { file: "page_0001.png".to_owned(), page: None, half: None },
    /// #     existing_text: None,
    /// # };
    /// // A scan of 1800 × 2400 px at 300 dpi.
    /// let paragraph = Region { x: 200, y: 300, width: 1400, height: 150 };
    /// assert_eq!(Excerpt::of(&scan, &[paragraph]).size(&scan), (1436, 186));
    /// let column = Region { x: 100, y: 100, width: 1600, height: 2200 };
    /// assert_eq!(Excerpt::of(&scan, &[column]), Excerpt::Page);
    /// ```
    #[must_use]
    pub fn of(scan: &ScanMetadata, regions: &[Region]) -> Self {
        let px = |inches: f64| (inches * scan.resolution.dpi).round() as u32;
        let padded = regions.iter().filter_map(|region| region.with_margin(px(MARGIN_INCHES), scan));
        let strips = padded.fold(Vec::new(), merge);
        let excerpt = Self::Strips { strips, gap: px(GAP_INCHES) };
        if excerpt.saves_enough(scan) { excerpt } else { Self::Page }
    }

    /// Width and height of the excerpt, px of the scan.
    #[must_use]
    pub fn size(&self, scan: &ScanMetadata) -> (u32, u32) {
        match self {
            Self::Page => (scan.width, scan.height),
            Self::Strips { strips, gap } => stacked_size(strips, *gap),
        }
    }

    /// Servers scale pictures by their longer side, so strips stacked higher than the page would be read worse.
    fn saves_enough(&self, scan: &ScanMetadata) -> bool {
        let pixels = |(width, height): (u32, u32)| f64::from(width) * f64::from(height);
        let size = self.size(scan);
        pixels(size) > 0.0
            && pixels(size) <= MAX_STRIPS_SHARE * pixels((scan.width, scan.height))
            && size.1 <= scan.height
    }
}

/// Width and height of stacked strips, px.
pub(super) fn stacked_size(strips: &[Region], gap: u32) -> (u32, u32) {
    let width = strips.iter().map(|strip| strip.width).max().unwrap_or(0);
    let gaps = gap.saturating_mul(strips.len().saturating_sub(1) as u32);
    let height = strips.iter().fold(gaps, |height, strip| height.saturating_add(strip.height));
    (width, height)
}

/// Adds a strip. It is merged with those that it touches, and takes the position of the first of them.
fn merge(mut strips: Vec<Region>, mut strip: Region) -> Vec<Region> {
    let mut position = strips.len();
    while let Some(touched) = strips.iter().position(|other| other.touches(&strip)) {
        strip = strip.union(&strips.remove(touched));
        position = position.min(touched);
    }
    strips.insert(position.min(strips.len()), strip);
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

    /// The region and `margin` px around it, clipped to the scan; `None` where it is outside of the scan.
    fn with_margin(&self, margin: u32, scan: &ScanMetadata) -> Option<Self> {
        let is_on_scan = self.width > 0 && self.height > 0 && self.x < scan.width && self.y < scan.height;
        is_on_scan.then(|| {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::PictureSettings;
    use proptest::prelude::*;
    use shelf_runtime::book::{Origin, Resolution};

    /// A scan at 100 dpi: the margin around regions is 6 px, the gap between strips 4 px.
    fn scan(width: u32, height: u32) -> ScanMetadata {
        ScanMetadata {
            page_number: 1,
            image: "page_0001.png".to_owned(),
            hash: String::new(),
            bytes: 0,
            width,
            height,
            resolution: Resolution { dpi: 100.0, estimated: false },
            origin: Origin { file: "page_0001.png".to_owned(), page: None, half: None },
            existing_text: None,
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
    fn cuts_out_regions_with_margin_in_reading_order() {
        let (left, right) = (region(50, 400, 200, 60), region(350, 100, 200, 50));
        assert_eq!(strips(&[left, right]), [region(44, 394, 212, 72), region(344, 94, 212, 62)]);
        let excerpt = Excerpt::of(&scan(600, 900), &[left, right]);
        assert_eq!(excerpt.size(&scan(600, 900)), (212, 72 + 4 + 62));
    }

    #[test]
    fn merges_overlapping_and_touching_regions() {
        let (head, foot) = (region(50, 100, 400, 40), region(50, 700, 400, 40));
        let below = region(80, 150, 300, 40);
        let both = region(44, 94, 412, 102);
        assert_eq!(strips(&[head, foot, below]), [both, region(44, 694, 412, 52)]);
        // The third closes the gap between the first two.
        assert_eq!(strips(&[head, region(50, 200, 400, 40), region(50, 152, 10, 36)]), [region(44, 94, 412, 152)]);
    }

    #[test]
    fn clips_regions_to_the_scan_and_skips_those_outside() {
        assert_eq!(strips(&[region(580, 880, 100, 100)]), [region(574, 874, 26, 26)]);
        assert_eq!(strips(&[region(0, 0, u32::MAX, 30)]), [region(0, 0, 600, 36)]);
        for outside in [&[][..], &[region(600, 10, 20, 20)], &[region(10, 10, 0, 20)]] {
            assert_eq!(Excerpt::of(&scan(600, 900), outside), Excerpt::Page, "{outside:?}");
        }
    }

    #[test]
    fn shows_whole_page_when_strips_save_little_or_are_higher() {
        let share = |height: u32| Excerpt::of(&scan(600, 900), &[region(6, 6, 588, height)]);
        assert!(matches!(share(700), Excerpt::Strips { .. }));
        assert_eq!(share(720), Excerpt::Page);
        let columns = [region(20, 20, 170, 500), region(220, 20, 170, 500)];
        assert_eq!(Excerpt::of(&scan(600, 900), &columns), Excerpt::Page);
    }

    #[test]
    fn predicts_picture_size() {
        let settings = PictureSettings { dpi: 50.0, max_bytes: 800_000, quality: 75 };
        let scan = scan(600, 900);
        assert_eq!(settings.size(&scan, &Excerpt::Page), (300, 450));
        assert_eq!(settings.size(&scan, &Excerpt::of(&scan, &[region(50, 100, 388, 88)])), (200, 50));
        let coarser = PictureSettings { dpi: 300.0, ..settings };
        assert_eq!(coarser.size(&scan, &Excerpt::Page), (600, 900));
    }

    proptest! {
        #[test]
        fn strips_cover_all_regions_and_do_not_touch(
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
