use clap::ValueEnum;

use super::{Evidence, Finding, Gutter};
use shelf_runtime::book::Half;

/// What becomes of pictures that show two pages of an open book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Spreads {
    /// Split what shows two pages beyond doubt
    #[default]
    Auto,
    /// Split every picture that is wider than high
    Split,
    /// Split nothing: every picture is a page
    Keep,
}

/// How far the sizes of spreads of one book differ, as a part of the size.
const SIZE_TOLERANCE: f64 = 0.08;
/// Spreads that make a book one of spreads.
const FEWEST: usize = 2;

/// Primary subtags of the languages whose books are read from right to left, with their codes of three letters.
const RIGHT_TO_LEFT: [&str; 11] = ["he", "heb", "ar", "ara", "fa", "fas", "per", "ur", "urd", "yi", "yid"];

impl Spreads {
    /// Decides of every landscape picture of a book where it is to be split, if it is.
    ///
    /// A picture without any evidence of its own, such as a blank opening, is taken for what most pictures of its size are.
    pub(crate) fn decide(self, found: &[Finding]) -> Vec<Option<Gutter>> {
        let typical = TypicalSpread::of(found);
        let is_split = |finding: &Finding| match (self, finding.evidence) {
            (Self::Split, _) | (Self::Auto, Evidence::Two) => true,
            (Self::Auto, Evidence::Open) => typical.is_some_and(|typical| typical.is_like(finding)),
            (Self::Auto, Evidence::One) | (Self::Keep, _) => false,
        };
        found.iter().map(|finding| is_split(finding).then_some(finding.gutter)).collect()
    }
}

/// The halves of a spread, in the order in which they are read in a book whose most important language is `language`.
pub(crate) fn reading_order(language: Option<&str>) -> [Half; 2] {
    let primary = language.and_then(|tag| tag.split('-').next()).unwrap_or_default().to_lowercase();
    if RIGHT_TO_LEFT.contains(&primary.as_str()) { [Half::Right, Half::Left] } else { [Half::Left, Half::Right] }
}

/// The size of a book's spreads, where the book is one of spreads.
#[derive(Clone, Copy)]
struct TypicalSpread {
    width: f64,
    height: f64,
}

impl TypicalSpread {
    /// The middle one of the sizes of what is surely a spread, if at least half of the pictures of this size surely are.
    fn of(found: &[Finding]) -> Option<Self> {
        let sure = || found.iter().filter(|finding| finding.evidence == Evidence::Two);
        let middle = |side: fn(&Finding) -> u32| {
            let mut sides: Vec<u32> = sure().map(side).collect();
            sides.sort_unstable();
            sides.get(sides.len() / 2).map(|side| f64::from(*side))
        };
        let typical = Self { width: middle(|finding| finding.width)?, height: middle(|finding| finding.height)? };
        let sure = sure().filter(|finding| typical.is_like(finding)).count();
        let alike = found.iter().filter(|finding| typical.is_like(finding)).count();
        (sure >= FEWEST && 2 * sure >= alike).then_some(typical)
    }

    fn is_like(self, finding: &Finding) -> bool {
        let is_near = |side: u32, typical: f64| (f64::from(side) - typical).abs() <= typical * SIZE_TOLERANCE;
        is_near(finding.width, self.width) && is_near(finding.height, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(evidence: Evidence, width: u32) -> Finding {
        Finding { width, height: 2000, evidence, gutter: Gutter { top: width / 2, bottom: width / 2 } }
    }

    fn split(mode: Spreads, found: &[Finding]) -> Vec<bool> {
        mode.decide(found).iter().map(Option::is_some).collect()
    }

    #[test]
    fn a_blank_opening_is_split_among_spreads_of_its_size() {
        use Evidence::{One, Open, Two};
        let of = |pictures: &[(Evidence, u32)]| {
            let found: Vec<Finding> = pictures.iter().map(|(evidence, width)| picture(*evidence, *width)).collect();
            split(Spreads::Auto, &found)
        };
        assert_eq!(of(&[(Two, 3000), (Open, 3100), (Two, 2950)]), [true, true, true]);
        assert_eq!(of(&[(Two, 3000), (Open, 2400), (Two, 2950)]), [true, false, true], "of another size");
        assert_eq!(of(&[(Two, 3000), (Open, 3000)]), [true, false], "one spread is no book of spreads");
        assert_eq!(of(&[(Two, 3000), (Two, 3000), (Open, 3000), (One, 3000), (One, 3000)])[2..], [false; 3], "too few");
        assert_eq!(of(&[(Open, 3000), (Open, 3000)]), [false, false]);
    }

    #[test]
    fn what_is_said_is_done() {
        let found = [Evidence::Two, Evidence::Open, Evidence::One].map(|evidence| picture(evidence, 3000));
        assert_eq!(split(Spreads::Split, &found), [true; 3]);
        assert_eq!(split(Spreads::Keep, &found), [false; 3]);
        assert_eq!(Spreads::Keep.decide(&[]), []);
    }

    #[test]
    fn some_languages_are_read_from_right_to_left() {
        for language in ["he", "ar-EG", "FA", "ur", "yid"] {
            assert_eq!(reading_order(Some(language)), [Half::Right, Half::Left], "{language}");
        }
        for language in [None, Some("en"), Some("arn"), Some("ja")] {
            assert_eq!(reading_order(language), [Half::Left, Half::Right], "{language:?}");
        }
    }
}
