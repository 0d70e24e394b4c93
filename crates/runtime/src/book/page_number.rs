use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number of a scan in its book, counted from 1. Not the number printed on the page (the folio).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schemars(with = "NonZeroU32")]
pub struct PageNumber(NonZeroU32);

/// Why a number is not the number of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid page number {found}: expected 1 to {}", PageNumber::MAX)]
pub struct PageNumberError {
    found: u32,
}

impl PageNumber {
    /// The largest number: far beyond any book, and small enough to count up to.
    pub const MAX: u32 = 1_000_000;

    /// The page number of `number`; `None` for 0 and above [`MAX`](Self::MAX).
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).filter(|number| number.get() <= Self::MAX).map(Self)
    }

    /// The number, 1 or more.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// `page_0007`: the stem of a page's file names, with more digits from page 10,000 on.
    #[must_use]
    pub fn stem(self) -> String {
        format!("page_{:04}", self.0)
    }

    /// The page of a page file's name, such as `page_0007.json`; `None` for any other file.
    #[must_use]
    pub fn of_page_file(name: &str) -> Option<Self> {
        Self::of_file(name).filter(|page| name.strip_prefix(&page.stem()) == Some(".json"))
    }

    /// The page of a file name such as `page_0007.json` or `page_10001.png`; `None` for any other name.
    #[must_use]
    pub fn of_file(name: &str) -> Option<Self> {
        let (stem, _) = name.split_once('.')?;
        let page = Self::new(stem.strip_prefix("page_")?.parse().ok()?)?;
        (page.stem() == stem).then_some(page)
    }
}

impl TryFrom<u32> for PageNumber {
    type Error = PageNumberError;

    fn try_from(number: u32) -> Result<Self, PageNumberError> {
        Self::new(number).ok_or(PageNumberError { found: number })
    }
}

impl From<PageNumber> for u32 {
    fn from(page: PageNumber) -> Self {
        page.get()
    }
}

impl PageNumber {
    /// The page of a file beside its page file, such as `page_0007_img_001.png` or `page_0007.json`; `None` for any other name.
    #[must_use]
    pub fn of_file_beside(name: &str) -> Option<Self> {
        let digits = name.strip_prefix("page_")?.split(['.', '_']).next()?;
        Self::of_file(&format!("page_{digits}.json"))
    }
}

impl fmt::Display for PageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Pages selected by the user: `1-5,9`, `7-` (to the end), `-3` (from the start).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSet {
    ranges: Vec<(u32, u32)>,
}

/// Why a text is not a valid selection of pages.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("invalid pages `{found}`: expected page numbers from 1 and ranges, such as `1-5,9` or `7-`")]
pub struct PageSetError {
    found: String,
}

impl PageSet {
    /// Whether `page` is selected.
    #[must_use]
    pub fn contains(&self, page: PageNumber) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&page.get()))
    }

    /// The selected numbers that are not among these `pages`, as far as a message needs them; open ranges select existing pages.
    #[must_use]
    pub fn outside(&self, pages: &BTreeSet<PageNumber>) -> Vec<u32> {
        const ENOUGH: u32 = 20;
        let last = pages.last().map_or(0, |page| page.get());
        let missing = |n: &u32| !PageNumber::new(*n).is_some_and(|page| pages.contains(&page));
        let numbers = |(from, to): &(u32, u32)| {
            let end = if *to == u32::MAX { last } else { *to };
            *from..=end.min(last.max(*from).saturating_add(ENOUGH))
        };
        let mut outside: Vec<u32> = self.ranges.iter().flat_map(numbers).filter(missing).collect();
        outside.dedup();
        outside
    }
}

/// Just this page.
impl From<PageNumber> for PageSet {
    fn from(page: PageNumber) -> Self {
        Self { ranges: vec![(page.get(), page.get())] }
    }
}

/// These pages: `PageSet::from(1..=5)`.
impl From<RangeInclusive<u32>> for PageSet {
    fn from(pages: RangeInclusive<u32>) -> Self {
        Self { ranges: vec![pages.into_inner()] }
    }
}

impl FromStr for PageSet {
    type Err = PageSetError;

    fn from_str(text: &str) -> Result<Self, PageSetError> {
        let wrong = || PageSetError { found: text.to_owned() };
        let number = |part: &str| part.trim().parse::<u32>().ok().filter(|n| *n > 0).ok_or_else(wrong);
        let mut ranges = Vec::new();
        for part in text.split(',') {
            let (from, to) = match part.trim().split_once('-') {
                None => (number(part)?, number(part)?),
                Some(("", "")) => return Err(wrong()),
                Some(("", to)) => (1, number(to)?),
                Some((from, "")) => (number(from)?, u32::MAX),
                Some((from, to)) => (number(from)?, number(to)?),
            };
            if from > to {
                return Err(wrong());
            }
            ranges.push((from, to));
        }
        Ok(Self { ranges })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{PageNumber, PageSet};

    fn pages(count: u32) -> BTreeSet<PageNumber> {
        (1..=count).filter_map(PageNumber::new).collect()
    }

    #[test]
    fn file_names_give_pages_and_only_page_files_do() {
        let page = |name| PageNumber::of_file(name).map(PageNumber::get);
        assert_eq!(page("page_0007.json"), Some(7));
        assert_eq!(page("page_10001.png"), Some(10_001));
        for other in [
            "page_7.json",
            "page_0000.json",
            "page_00007.json",
            "page_0007",
            ".page_0007.json",
            "report.csv",
            "page_100000000.png",
        ] {
            assert_eq!(page(other), None, "{other}");
        }
    }

    #[test]
    fn ranges_pick_pages() {
        let set: PageSet = "1-2,5,8-".parse().unwrap();
        let picked: Vec<u32> = pages(9).into_iter().filter(|p| set.contains(*p)).map(PageNumber::get).collect();
        assert_eq!(picked, [1, 2, 5, 8, 9]);
        for wrong in ["", "0", "3-1", "a", "1,,2", "-", "1-2-3"] {
            assert!(wrong.parse::<PageSet>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn pages_that_are_not_there_are_named() {
        let outside = |text: &str| text.parse::<PageSet>().unwrap().outside(&pages(5));
        assert_eq!(outside("4-6,9"), [6, 9]);
        assert_eq!(outside("3-"), Vec::<u32>::new());
        assert_eq!(outside("1-4000000000").first(), Some(&6), "and a huge range does not take forever");
    }
}
