use std::collections::HashMap;
use std::iter::Sum;
use std::ops::Add;

use rapidfuzz::distance::levenshtein;
use serde::Serialize;

use super::Normalisation;

/// Edits and the length that they are divided by. Rates of several pages are summed as edits and lengths, so that a book's rate is the sum of
/// its edits divided by the sum of its lengths, and a short page has little weight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ErrorRate {
    /// Insertions, deletions and substitutions that turn one text into the other.
    pub edits: usize,
    /// Length of the ground truth.
    pub length: usize,
}

impl ErrorRate {
    /// Edits divided by length: 0 for equal texts, above 1 if a text is much longer than its ground truth. An empty ground truth
    /// counts as of length 1.
    #[must_use]
    pub fn rate(self) -> f64 {
        self.edits as f64 / self.length.max(1) as f64
    }
}

impl Add for ErrorRate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { edits: self.edits + other.edits, length: self.length + other.length }
    }
}

/// Error rates of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Over characters: the rate is the CER.
    pub characters: ErrorRate,
    /// Over words: the rate is the WER.
    pub words: ErrorRate,
}

impl Add for Score {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { characters: self.characters + other.characters, words: self.words + other.words }
    }
}

/// A book's score is the sum of its pages'.
impl Sum for Score {
    fn sum<I: Iterator<Item = Self>>(scores: I) -> Self {
        scores.fold(Self::default(), Add::add)
    }
}

/// Scores `text` against `truth`, after normalising both. A missing page counts as an empty text.
///
/// ```
/// use shelf::eval::{Normalisation, score};
///
/// let score = score("a modern campaign", "a modem cam-\npaign", &Normalisation::default());
/// assert_eq!((score.characters.edits, score.characters.length), (2, 17));
/// assert_eq!((score.words.edits, score.words.length), (1, 3));
/// ```
#[must_use]
pub fn score(truth: &str, text: &str, normalisation: &Normalisation) -> Score {
    let (truth, text) = (normalisation.apply(truth), normalisation.apply(text));
    let characters =
        ErrorRate { edits: levenshtein::distance(text.chars(), truth.chars()), length: truth.chars().count() };
    let mut numbers = HashMap::new();
    let true_words = numbered_words(&truth, &mut numbers);
    let words = ErrorRate {
        edits: levenshtein::distance(numbered_words(&text, &mut numbers), true_words.iter().copied()),
        length: true_words.len(),
    };
    Score { characters, words }
}

/// Replaces each distinct word by a number, which the distance can compare.
fn numbered_words<'t>(text: &'t str, numbers: &mut HashMap<&'t str, u64>) -> Vec<u64> {
    text.split_whitespace()
        .map(|word| {
            let next = numbers.len() as u64;
            *numbers.entry(word).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ErrorRate, Score, score};
    use crate::Normalisation;

    fn edits(truth: &str, text: &str) -> [usize; 4] {
        let Score { characters, words } = score(truth, text, &Normalisation::default());
        [characters.edits, characters.length, words.edits, words.length]
    }

    /// Pinned from the reference tool: character edits, characters, word edits, words.
    #[test]
    fn scores_agree_with_the_reference_tool() {
        for (truth, text, expected) in [
            (
                "The shadow of the white man’s sail, in January, 1540.",
                "The shad0w of the whitc man's sail,in January,\n1540.",
                [3, 53, 4, 10],
            ),
            ("“A self-aware cam-\npaign,” said he—twice.", "\"A selfaware campaign,\" said hc - twice", [5, 37, 3, 5]),
            ("Œuvres de Cabeça de Vaca; ὁ λόγος", "CEuvres de Cabeca de Vaca; o Aoyoc", [9, 33, 4, 7]),
            ("one two three four", "two one four three", [13, 18, 3, 4]),
            ("nothing was read", "", [16, 16, 3, 3]),
            ("", "something was invented", [22, 0, 3, 0]),
        ] {
            assert_eq!(edits(truth, text), expected, "{text:?}");
        }
    }

    #[test]
    fn pages_are_weighted_by_length() {
        let pages = [ErrorRate { edits: 1, length: 10 }, ErrorRate { edits: 0, length: 990 }];
        let book: Score = pages.map(|characters| Score { characters, ..Score::default() }).into_iter().sum();
        assert!((book.characters.rate() - 0.001).abs() < 1e-12);
    }

    #[test]
    fn empty_ground_truth_has_a_rate() {
        assert_eq!(edits("", ""), [0, 0, 0, 0]);
        assert!((score("", "abc", &Normalisation::default()).characters.rate() - 3.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn text_has_no_errors_against_itself(text in "\\PC{0,80}") {
            let same = score(&text, &text, &Normalisation::default());
            prop_assert_eq!((same.characters.edits, same.words.edits), (0, 0));
        }

        #[test]
        fn inserted_letter_is_one_edit(text in "[a-z]{1,8}( [a-z]{1,8}){0,9}", at in any::<prop::sample::Index>()) {
            let mut longer = text.clone();
            longer.insert(at.index(text.len()), 'X');
            prop_assert_eq!(edits(&text, &longer)[0], 1);
            prop_assert_eq!(edits(&text, &longer)[2], 1);
        }

        #[test]
        fn distance_is_symmetric(a in "[a-c ]{0,30}", b in "[a-c ]{0,30}") {
            prop_assert_eq!(edits(&a, &b)[0], edits(&b, &a)[0]);
            prop_assert_eq!(edits(&a, &b)[2], edits(&b, &a)[2]);
        }
    }
}
