use std::collections::{BTreeMap, BTreeSet};

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelf::stage::ByPage;

use super::counted_form;

/// What the words of the whole book tell about those of each page: `vocabulary/book.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Vocabulary {
    /// By the number of the scan.
    #[garde(skip)]
    pub pages: BTreeMap<u32, PageVocabulary>,
}

impl ByPage for Vocabulary {
    type Part = PageVocabulary;
}

/// What the book tells about the words of one page: coarse facts, which seldom change when another page is read again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct PageVocabulary {
    /// The page's words that were read without certainty and that no dictionary of the book's languages has, in lower case; none without a dictionary.
    #[serde(default)]
    #[garde(skip)]
    pub doubtful: BTreeMap<String, WordEvidence>,
    /// Words that two neighbours on the page would be if they were one (`cam-` and `paign`), and that the book has elsewhere, in lower case.
    #[serde(default)]
    #[garde(skip)]
    pub joined: BTreeSet<String>,
    /// Words that two halves at a line end would be with a hyphen (`self-aware`), and that the book has elsewhere so, in lower case.
    #[serde(default)]
    #[garde(skip)]
    pub hyphenated: BTreeSet<String>,
    /// Words that stand on the page with a capital after a comma, and that the book has with a small letter nearly always, in lower case.
    #[serde(default)]
    #[garde(skip)]
    pub small_words: BTreeSet<String>,
    /// Whether the book prints with a hyphen what the dictionary writes undivided (`bed-time`, `tea-cup`).
    #[serde(default)]
    #[garde(skip)]
    pub likes_hyphens: bool,
}

impl PageVocabulary {
    /// Whether the book has `word`, which no dictionary has, read with certainty.
    #[must_use]
    pub fn knows(&self, word: &str) -> bool {
        self.doubtful.get(&counted_form(word)).is_some_and(|evidence| evidence.known)
    }
}

/// What the book tells about a word that no dictionary has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WordEvidence {
    /// Whether the book has the word elsewhere, read with certainty: a name, or a word of its own.
    #[serde(default)]
    pub known: bool,
    /// Words of the book that may have been misread so, and how common they are there.
    #[serde(default)]
    pub similar: BTreeMap<String, Commonness>,
    /// The words that it is if spaces were lost, at least two; none where it is not made of words.
    #[serde(default)]
    pub apart: Vec<String>,
}

/// How often a book has a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Commonness {
    /// Once.
    Once,
    /// 2 to 9 times.
    Rare,
    /// 10 to 99 times.
    Common,
    /// 100 times and more.
    Frequent,
}

impl Commonness {
    /// Of a word that a book has so many times, at least once.
    #[must_use]
    pub fn of(times: u32) -> Self {
        match times {
            0..=1 => Self::Once,
            2..=9 => Self::Rare,
            10..=99 => Self::Common,
            100.. => Self::Frequent,
        }
    }

    /// The next step up; of the last, itself.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Once => Self::Rare,
            Self::Rare => Self::Common,
            Self::Common | Self::Frequent => Self::Frequent,
        }
    }
}
