use std::collections::HashMap;

use super::Dictionary;
use shelf_pages::word_key;

use super::spelling::{is_numeral, split_token};
use super::tokens::{PageTokens, Token};

/// How often each word occurs in a book.
#[derive(Debug, Clone, Default)]
pub(super) struct WordCounts {
    words: HashMap<String, Count>,
    total: u32,
}

/// Occurrences of a word: all, with high confidence, and in lower case.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    times: u32,
    certain: u32,
    lower_case: u32,
}

/// Words with at least this confidence are most likely correct, 0..=1.
pub const MIN_CERTAIN_CONFIDENCE: f64 = 0.9;

/// A word is ubiquitous in a book if at least this fraction of its words is.
const MIN_UBIQUITOUS_RATIO: f64 = 0.002;

/// A function word makes up at least this fraction of the book's words, and is at most so long.
const MIN_FUNCTION_WORD_RATIO: f64 = 0.005;
const MAX_FUNCTION_WORD_CHARS: usize = 4;

impl WordCounts {
    /// Counts the words of a page. Halves of words hyphenated at a line end are not counted.
    pub(super) fn add(&mut self, page: &PageTokens) {
        for (word, confidence) in page.lines().flat_map(whole_words) {
            let count = self.words.entry(word_key(word)).or_default();
            count.times += 1;
            count.certain += u32::from(confidence >= MIN_CERTAIN_CONFIDENCE);
            count.lower_case += u32::from(word.starts_with(char::is_lowercase));
            self.total += 1;
        }
    }

    /// How often a word occurs, in any case.
    pub(super) fn count_of(&self, word: &str) -> u32 {
        self.words.get(&word_key(word)).map_or(0, |count| count.times)
    }

    /// How often a word was read with certainty.
    pub(super) fn certain_count(&self, word: &str) -> u32 {
        self.words.get(&word_key(word)).map_or(0, |count| count.certain)
    }

    /// Whether a word is frequent in the book and rarely capitalised, except at the start of a sentence.
    pub(super) fn is_usually_lower_case(&self, word: &str) -> bool {
        let found = self.words.get(&word_key(word));
        found.is_some_and(|count| {
            count.lower_case >= MIN_FREQUENT_COUNT
                && f64::from(count.lower_case) >= MIN_LOWER_CASE_RATIO * f64::from(count.times)
        })
    }

    /// Whether a word is ubiquitous in the book, like `of`, `the` and `was`, or `der` and `und`.
    pub(super) fn is_ubiquitous(&self, word: &str) -> bool {
        f64::from(self.certain_count(word)) >= MIN_UBIQUITOUS_RATIO * f64::from(self.total().max(1))
    }

    /// Whether a word is one of the shortest and most frequent of the book, such as `of`, `the` and `his`: a word of its subject, such as `whale`, is not.
    pub(super) fn is_function_word(&self, word: &str) -> bool {
        let share = f64::from(self.certain_count(word)) / f64::from(self.total().max(1));
        word.chars().count() <= MAX_FUNCTION_WORD_CHARS && share >= MIN_FUNCTION_WORD_RATIO
    }

    /// Words in the book.
    pub(super) fn total(&self) -> u32 {
        self.total
    }

    /// Whether the book hyphenates compounds that the dictionary writes as one word: there are several of them, and more than rare words that it
    /// writes as one although they could be divided.
    pub(super) fn hyphenates_compounds(&self, dictionary: &Dictionary) -> bool {
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
/// Words that occur at most this often show the habits of the book.
const MAX_RARE_COUNT: u32 = 2;
/// This many words make a habit.
const MIN_HABIT_WORDS: usize = 5;
/// Shorter halves of a compound are endings rather than words, bytes.
const MIN_HALF_BYTES: usize = 4;

/// The complete words of a line: without halves of words hyphenated at line ends.
fn whole_words(line: &[Token]) -> impl Iterator<Item = (&str, f64)> {
    let last = line.len().saturating_sub(1);
    line.iter().enumerate().filter(move |(at, token)| !(*at == last && token.ends_in_hyphen())).filter_map(
        |(_, token)| {
            let (_, word, _) = split_token(&token.text);
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
    fn counts_words_without_punctuation() {
        let counts = counts(&[("“The captain’s men, the men.", 0.95), ("The Captain", 0.5)]);
        assert_eq!((counts.count_of("the"), counts.certain_count("the")), (3, 2));
        assert_eq!((counts.count_of("Captain"), counts.certain_count("captain")), (2, 1));
        assert_eq!((counts.count_of("women"), counts.total()), (0, 7));
    }

    #[test]
    fn does_not_count_halves_of_words_and_numbers() {
        let counts = counts(&[("in 1540 a cam-\npaign of self-aware men", 0.95)]);
        for word in ["cam", "paign", "1540"] {
            assert_eq!(counts.count_of(word), 0, "{word}");
        }
        assert_eq!(counts.count_of("self-aware"), 1);
    }

    #[test]
    fn usually_lower_case_words_are_frequent_and_rarely_names() {
        let counts = counts(&[(&"the May ".repeat(9), 0.95), ("the The The of", 0.95)]);
        assert!(counts.is_usually_lower_case("The"));
        assert!(!counts.is_usually_lower_case("may") && !counts.is_usually_lower_case("of"));
    }

    #[test]
    fn detects_hyphenated_compounds() {
        let dictionary =
            Dictionary::of_words("bedtime teacup lawsuit footbridge headline landlord land lord bookcase book case");
        let hyphens = "bed-time tea-cup law-suit foot-bridge head-line";
        assert!(counts(&[(hyphens, 0.95), ("landlord", 0.95)]).hyphenates_compounds(&dictionary));
        assert!(!counts(&[("bed-time tea-cup", 0.95)]).hyphenates_compounds(&dictionary));
    }
}
