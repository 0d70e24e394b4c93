use std::fmt;
use std::str::FromStr;

use super::{ScanId, Unit};

/// One of several processes that share the work, such as the third of sixteen: `3/16`.
///
/// Which pages and books a shard owns depends only on their ids, so processes that know nothing of each other divide the work without gaps and
/// without overlap. Consecutive pages belong to different shards; all book stages of a book belong to one shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    number: u32,
    count: u32,
}

/// Why a text does not name a shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid shard \"{found}\": expected a number and a count such as `3/16`, with 1 ≤ number ≤ count ≤ {MAX_COUNT}"
)]
pub struct ShardError {
    found: String,
}

const MAX_COUNT: u32 = 100_000;

impl Shard {
    /// Shard `number` of `count`, counted from 1; `None` if `number` is 0 or more than `count`, or `count` too large.
    #[must_use]
    pub fn new(number: u32, count: u32) -> Option<Self> {
        ((1..=count).contains(&number) && count <= MAX_COUNT).then_some(Self { number, count })
    }

    /// Its number, counted from 1.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }

    /// The number of shards.
    #[must_use]
    pub fn count(self) -> u32 {
        self.count
    }

    /// Whether it processes this page of a book, or its book stages.
    #[must_use]
    pub fn owns(self, book: &ScanId, unit: Unit) -> bool {
        self.owner(book, unit) == self
    }

    /// Whether it processes a book, if books are divided and not pages.
    #[must_use]
    pub fn owns_book(self, book: &ScanId) -> bool {
        self.owns(book, Unit::Book)
    }

    /// The shard, of as many, that processes this page of a book, or its book stages.
    #[must_use]
    pub fn owner(self, book: &ScanId, unit: Unit) -> Self {
        let place = unit.page().map_or(0, |page| u64::from(page.get()));
        let index = (stable_hash(book) % u64::from(self.count) + place) % u64::from(self.count);
        Self { number: index as u32 + 1, count: self.count }
    }
}

/// The same in every release and on every machine.
fn stable_hash(book: &ScanId) -> u64 {
    let hash = blake3::hash(book.as_str().as_bytes());
    let bytes = hash.as_bytes().first_chunk().expect("a hash has 32 bytes");
    u64::from_le_bytes(*bytes)
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parts = text.split_once('/').and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
        let shard = parts.and_then(|(number, count)| Self::new(number, count));
        shard.ok_or_else(|| ShardError { found: text.to_owned() })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::PageNumber;

    fn shards(count: u32) -> Vec<Shard> {
        (1..=count).filter_map(|number| Shard::new(number, count)).collect()
    }

    fn pages(last: u32) -> impl Iterator<Item = Unit> {
        (1..=last).filter_map(PageNumber::new).map(Unit::Page)
    }

    #[test]
    fn every_page_has_one_owner_and_shards_are_of_equal_size() {
        let book: ScanId = "florida".parse().unwrap();
        for count in [1, 2, 4, 7, 16] {
            let mut sizes = vec![0; count as usize];
            for unit in pages(240).chain([Unit::Book]) {
                let owners: Vec<Shard> = shards(count).into_iter().filter(|shard| shard.owns(&book, unit)).collect();
                assert_eq!(owners.len(), 1, "{unit:?}");
                sizes[owners[0].number() as usize - 1] += 1;
            }
            let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
            assert!(most - least <= 2, "{sizes:?}");
        }
    }

    #[test]
    fn books_are_spread_over_the_shards() {
        let books: Vec<ScanId> = (0..400).map(|n| format!("book-{n}").parse().unwrap()).collect();
        for shard in shards(8) {
            let owned = books.iter().filter(|book| shard.owns_book(book)).count();
            assert!((25..=75).contains(&owned), "{shard}: {owned}");
        }
    }

    /// Shards of different releases may work on one library.
    #[test]
    fn owners_are_the_same_in_every_release() {
        let owner = |book: &str, unit| Shard::new(1, 16).unwrap().owner(&book.parse().unwrap(), unit).to_string();
        let page = Unit::Page(PageNumber::new(12).unwrap());
        assert_eq!(
            [owner("florida", Unit::Book), owner("florida", page), owner("highwaymen", Unit::Book)],
            ["5/16", "1/16", "10/16"]
        );
    }

    #[test]
    fn rejects_what_is_not_a_shard() {
        assert_eq!("3/16".parse::<Shard>().unwrap().to_string(), "3/16");
        for text in ["", "3", "0/4", "5/4", "1/0", "-1/4", "1/4/4", "a/b", "1/100001"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert_eq!(
            "5/4".parse::<Shard>().unwrap_err().to_string(),
            "invalid shard \"5/4\": expected a number and a count such as `3/16`, with 1 ≤ number ≤ count ≤ 100000"
        );
    }
}
