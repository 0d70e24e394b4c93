use std::collections::HashMap;

use super::Dictionary;
use shelf_pages::word_key;

use super::spelling::{is_numeral, parts_of};
use super::tokens::{PageTokens, Token};

/// How often a book has each word, as far as its pages were read with some certainty.
#[derive(Debug, Clone, Default)]
pub(super) struct WordCounts {
    words: HashMap<String, Count>,
    total: u32,
}

/// How often, and where, a word was read.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    times: u32,
    sure: u32,
    small: u32,
}

/// Words with at least this confidence are most likely correct, 0..=1.
pub const MIN_CERTAIN_CONFIDENCE: f64 = 0.9;

/// A word is ubiquitous in a book if at least this fraction of its words is.
const MIN_UBIQUITOUS_RATIO: f64 = 0.002;

impl WordCounts {
    /// Counts the words of a page. Halves of words that a line end parts are no words.
    pub(super) fn add(&mut self, page: &PageTokens) {
        for (word, confidence) in page.lines().flat_map(whole_words) {
            let count = self.words.entry(word_key(word)).or_default();
            count.times += 1;
            count.sure += u32::from(confidence >= MIN_CERTAIN_CONFIDENCE);
            count.small += u32::from(word.starts_with(char::is_lowercase));
            self.total += 1;
        }
    }

    /// How often the book has a word, whatever its case.
    pub(super) fn times(&self, word: &str) -> u32 {
        self.words.get(&word_key(word)).map_or(0, |count| count.times)
    }

    /// How often it was read with certainty.
    pub(super) fn sure(&self, word: &str) -> u32 {
        self.words.get(&word_key(word)).map_or(0, |count| count.sure)
    }

    /// Whether the book has a word often, and with a capital hardly ever but where a sentence starts.
    pub(super) fn is_small(&self, word: &str) -> bool {
        let found = self.words.get(&word_key(word));
        found.is_some_and(|count| {
            count.small >= MIN_FREQUENT_COUNT && f64::from(count.small) >= MIN_LOWER_CASE_RATIO * f64::from(count.times)
        })
    }

    /// Whether a word is everywhere in the book, as `of`, `the` and `was` are, or `der` and `und`.
    pub(super) fn is_everywhere(&self, word: &str) -> bool {
        f64::from(self.sure(word)) >= MIN_UBIQUITOUS_RATIO * f64::from(self.total().max(1))
    }

    /// Words in the book.
    pub(super) fn total(&self) -> u32 {
        self.total
    }

    /// Whether the book prints with a hyphen what the dictionary writes undivided: such compounds are several, and more than the seldom words that it
    /// prints undivided though they could be parted.
    pub(super) fn likes_hyphens(&self, dictionary: &Dictionary) -> bool {
        let hyphenated = |word: &&String| {
            word.split_once('-').is_some_and(|(left, right)| {
                left.len().min(right.len()) >= 3 && dictionary.knows(&format!("{left}{right}"))
            })
        };
        let undivided = |word: &&String| {
            let ends = word
                .char_indices()
                .map(|(at, _)| at)
                .filter(|at| *at >= MIN_HALF_BYTES && word.len() - at >= MIN_HALF_BYTES);
            let mut halves = ends.map(|at| word.split_at(at));
            word.chars().all(char::is_alphabetic)
                && dictionary.knows(word)
                && halves.any(|(left, right)| dictionary.knows(left) && dictionary.knows(right))
        };
        let seldom = self.words.iter().filter(|(_, count)| count.times <= MAX_RARE_COUNT).map(|(word, _)| word);
        let hyphenated = self.words.keys().filter(hyphenated).count();
        hyphenated >= MIN_HABIT_WORDS && hyphenated > seldom.filter(undivided).count()
    }
}

/// A word that occurs at least this often is not an accident.
const MIN_FREQUENT_COUNT: u32 = 10;
/// A word that is in lower case at least this fraction of the time is not a name.
const MIN_LOWER_CASE_RATIO: f64 = 0.7;
/// Words that occur at most this often tell about the habits of the book.
const MAX_RARE_COUNT: u32 = 2;
/// This many words make a habit.
const MIN_HABIT_WORDS: usize = 5;
/// Shorter halves of a compound are endings rather than words, bytes.
const MIN_HALF_BYTES: usize = 4;

/// The words of a line that are whole: not the half before a hyphen at its end, nor what a line starts with after such a half.
fn whole_words(line: &[Token]) -> impl Iterator<Item = (&str, f64)> {
    let last = line.len().saturating_sub(1);
    line.iter().enumerate().filter(move |(at, token)| !(*at == last && token.ends_in_hyphen())).filter_map(
        |(_, token)| {
            let (_, word, _) = parts_of(&token.text);
            (!word.is_empty() && !is_numeral(word) && !token.continues).then_some((word, token.confidence))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::test_pages::page;
    use super::*;

    fn counts(paragraphs: &[(&str, f64)]) -> WordCounts {
        let mut counts = WordCounts::default();
        counts.add(&PageTokens::of(&page(1, paragraphs)));
        counts
    }

    #[test]
    fn words_are_counted_whatever_touches_them() {
        let counts = counts(&[("“The captain’s men, the men.", 0.95), ("The Captain", 0.5)]);
        assert_eq!((counts.times("the"), counts.sure("the")), (3, 2));
        assert_eq!((counts.times("Captain"), counts.sure("captain")), (2, 1));
        assert_eq!((counts.times("women"), counts.total()), (0, 7));
    }

    #[test]
    fn halves_of_words_and_numbers_are_no_words() {
        let counts = counts(&[("in 1540 a cam-\npaign of self-aware men", 0.95)]);
        for word in ["cam", "paign", "1540"] {
            assert_eq!(counts.times(word), 0, "{word}");
        }
        assert_eq!(counts.times("self-aware"), 1);
    }

    #[test]
    fn a_small_word_is_one_that_is_seldom_a_name() {
        let counts = counts(&[(&"the May ".repeat(9), 0.95), ("the The The of", 0.95)]);
        assert!(counts.is_small("The"));
        assert!(!counts.is_small("may") && !counts.is_small("of"));
    }

    #[test]
    fn a_book_that_parts_many_compounds_likes_hyphens() {
        let dictionary =
            Dictionary::of_words("bedtime teacup lawsuit footbridge headline landlord land lord bookcase book case");
        let hyphens = "bed-time tea-cup law-suit foot-bridge head-line";
        assert!(counts(&[(hyphens, 0.95), ("landlord", 0.95)]).likes_hyphens(&dictionary));
        assert!(!counts(&[("bed-time tea-cup", 0.95)]).likes_hyphens(&dictionary));
    }
}
