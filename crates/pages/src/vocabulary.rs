use std::collections::{BTreeMap, BTreeSet};

use shelf_runtime::page;
use shelf_runtime::stage::ByPage;

/// Evidence from the words of the whole book about those of each page: `vocabulary/book.json`.
#[page]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vocabulary {
    /// The pages, by scan number.
    pub pages: BTreeMap<u32, PageVocabulary>,
}

impl ByPage for Vocabulary {
    type Part = PageVocabulary;
}

/// What the book tells about the words of one page: coarse facts, which seldom change when another page is redone.
#[page]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageVocabulary {
    /// Words of the page that were recognised with low confidence and are in no dictionary of the book's languages, by [`word_key`]; none without a dictionary.
    #[serde(default)]
    pub doubtful: BTreeMap<String, WordEvidence>,
    /// Words that two adjacent tokens of the page would form if joined (`cam-` and `paign`) and that occur elsewhere in the book, by [`word_key`].
    #[serde(default)]
    pub joined: BTreeSet<String>,
    /// Words that two halves at a line end would form with a hyphen (`self-aware`) and that occur elsewhere in the book, by [`word_key`].
    #[serde(default)]
    pub hyphenated: BTreeSet<String>,
    /// Words that are capitalised on the page after a comma and in lower case nearly everywhere else in the book, by [`word_key`].
    #[serde(default)]
    pub small_words: BTreeSet<String>,
    /// Whether the book hyphenates compounds that the dictionary writes as one word (`bed-time`, `tea-cup`).
    #[serde(default)]
    pub likes_hyphens: bool,
}

impl PageVocabulary {
    /// Whether `word`, which is in no dictionary, occurs elsewhere in the book with high confidence.
    #[must_use]
    pub fn knows(&self, word: &str) -> bool {
        self.doubtful.get(&word_key(word)).is_some_and(|evidence| evidence.known)
    }
}

/// What the book tells about a word that is in no dictionary.
#[page]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordEvidence {
    /// Whether it occurs elsewhere in the book with high confidence: a name, or a term of the book's own.
    #[serde(default)]
    pub known: bool,
    /// Words of the book that may have been misread as it, and how common they are there.
    #[serde(default)]
    pub similar: BTreeMap<String, Commonness>,
    /// The words (at least two) that it consists of if spaces were lost; empty if it does not consist of words.
    #[serde(default)]
    pub apart: Vec<String>,
}

/// How often a word occurs in a book.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Commonness {
    /// Once.
    Once,
    /// 2 to 9 times.
    Rare,
    /// 10 to 99 times.
    Common,
    /// 100 times or more.
    Frequent,
}

impl Commonness {
    /// The class of a word that occurs `times` times, at least once.
    #[must_use]
    pub fn of(times: u32) -> Self {
        match times {
            0..=1 => Self::Once,
            2..=9 => Self::Rare,
            10..=99 => Self::Common,
            100.. => Self::Frequent,
        }
    }

    /// The next class up; the last is its own successor.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Once => Self::Rare,
            Self::Rare => Self::Common,
            Self::Common | Self::Frequent => Self::Frequent,
        }
    }
}

/// The key of a word in a vocabulary: lower case, straight apostrophes, no English possessive.
#[must_use]
pub fn word_key(word: &str) -> String {
    let plain: String = word.chars().map(|c| if matches!(c, '’' | '‘') { '\'' } else { c }).collect();
    let lower = plain.to_lowercase();
    lower.strip_suffix("'s").map_or(lower.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::word_key;

    #[test]
    fn keys_ignore_case_possessive_and_apostrophe_style() {
        for (word, key) in [("The", "the"), ("Narvaez’s", "narvaez"), ("don’t", "don't"), ("ÉTÉ", "été")] {
            assert_eq!(word_key(word), key);
        }
    }
}
