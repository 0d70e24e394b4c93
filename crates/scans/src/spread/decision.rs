use clap::ValueEnum;

use super::gutter::Gutter;
use super::search::{Evidence, SpreadFinding};
use shelf_runtime::book::Half;

/// What to do with images that show two facing pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Spreads {
    /// Split images that clearly show two pages
    #[default]
    Auto,
    /// Split every image that is wider than high
    Split,
    /// Split nothing: every image is a page
    Keep,
}

/// The largest difference between sizes of spreads of one book, as a ratio.
const SIZE_TOLERANCE_RATIO: f64 = 0.08;
/// The number of certain spreads from which a book is taken to be scanned in spreads.
const MIN_SPREADS: usize = 2;

/// Primary subtags of the languages that are read from right to left, with their three-letter codes.
const RIGHT_TO_LEFT: [&str; 11] = ["he", "heb", "ar", "ara", "fa", "fas", "per", "ur", "urd", "yi", "yid"];

impl Spreads {
    /// Decides for every landscape image of a book where it is split, if it is.
    ///
    /// An image without evidence of its own, such as a blank spread, is treated like most images of its size.
    pub(crate) fn decide(self, found: &[SpreadFinding]) -> Vec<Option<Gutter>> {
        let typical = TypicalSpread::of(found);
        let is_split = |finding: &SpreadFinding| match (self, finding.evidence) {
            (Self::Split, _) | (Self::Auto, Evidence::TwoPages) => true,
            (Self::Auto, Evidence::Unclear) => typical.is_some_and(|typical| typical.is_like(finding)),
            (Self::Auto, Evidence::OnePage) | (Self::Keep, _) => false,
        };
        found.iter().map(|finding| is_split(finding).then_some(finding.gutter)).collect()
    }
}

/// The halves of a spread, in the order in which they are read in a book whose most important language is `language`.
pub(crate) fn reading_order(language: Option<&str>) -> [Half; 2] {
    let primary = language.and_then(|tag| tag.split('-').next()).unwrap_or_default().to_lowercase();
    if RIGHT_TO_LEFT.contains(&primary.as_str()) { [Half::Right, Half::Left] } else { [Half::Left, Half::Right] }
}

/// The typical size of a book's spreads, px.
#[derive(Clone, Copy)]
struct TypicalSpread {
    width: f64,
    height: f64,
}

impl TypicalSpread {
    /// The median size of the certain spreads, if at least half of the images of this size are certain.
    fn of(found: &[SpreadFinding]) -> Option<Self> {
        let certain = || found.iter().filter(|finding| finding.evidence == Evidence::TwoPages);
        let median = |side: fn(&SpreadFinding) -> u32| {
            let mut sides: Vec<u32> = certain().map(side).collect();
            sides.sort_unstable();
            sides.get(sides.len() / 2).map(|side| f64::from(*side))
        };
        let typical = Self { width: median(|finding| finding.width)?, height: median(|finding| finding.height)? };
        let certain = certain().filter(|finding| typical.is_like(finding)).count();
        let alike = found.iter().filter(|finding| typical.is_like(finding)).count();
        (certain >= MIN_SPREADS && 2 * certain >= alike).then_some(typical)
    }

    fn is_like(self, finding: &SpreadFinding) -> bool {
        let is_near = |side: u32, typical: f64| (f64::from(side) - typical).abs() <= typical * SIZE_TOLERANCE_RATIO;
        is_near(finding.width, self.width) && is_near(finding.height, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(evidence: Evidence, width: u32) -> SpreadFinding {
        SpreadFinding { width, height: 2000, evidence, gutter: Gutter { top: width / 2, bottom: width / 2 } }
    }

    fn split(mode: Spreads, found: &[SpreadFinding]) -> Vec<bool> {
        mode.decide(found).iter().map(Option::is_some).collect()
    }

    #[test]
    fn blank_spread_is_split_among_spreads_of_its_size() {
        use Evidence::{OnePage, TwoPages, Unclear};
        let of = |images: &[(Evidence, u32)]| {
            let found: Vec<SpreadFinding> = images.iter().map(|(evidence, width)| finding(*evidence, *width)).collect();
            split(Spreads::Auto, &found)
        };
        assert_eq!(of(&[(TwoPages, 3000), (Unclear, 3100), (TwoPages, 2950)]), [true, true, true]);
        assert_eq!(of(&[(TwoPages, 3000), (Unclear, 2400), (TwoPages, 2950)]), [true, false, true], "of another size");
        assert_eq!(of(&[(TwoPages, 3000), (Unclear, 3000)]), [true, false], "one spread is not enough");
        assert_eq!(
            of(&[(TwoPages, 3000), (TwoPages, 3000), (Unclear, 3000), (OnePage, 3000), (OnePage, 3000)])[2..],
            [false; 3],
            "too few"
        );
        assert_eq!(of(&[(Unclear, 3000), (Unclear, 3000)]), [false, false]);
    }

    #[test]
    fn split_and_keep_override_the_evidence() {
        let found = [Evidence::TwoPages, Evidence::Unclear, Evidence::OnePage].map(|evidence| finding(evidence, 3000));
        assert_eq!(split(Spreads::Split, &found), [true; 3]);
        assert_eq!(split(Spreads::Keep, &found), [false; 3]);
        assert_eq!(Spreads::Keep.decide(&[]), []);
    }

    #[test]
    fn right_page_comes_first_in_right_to_left_languages() {
        for language in ["he", "ar-EG", "FA", "ur", "yid"] {
            assert_eq!(reading_order(Some(language)), [Half::Right, Half::Left], "{language}");
        }
        for language in [None, Some("en"), Some("arn"), Some("ja")] {
            assert_eq!(reading_order(language), [Half::Left, Half::Right], "{language:?}");
        }
    }
}
