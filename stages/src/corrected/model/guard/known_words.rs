use std::collections::HashMap;

use shelf::book::Languages;
use shelf_pages::{OcrPage, PageVocabulary, word_key};

use super::certainty::CERTAIN;
use super::common_words::is_common_in_english;
use super::word_forms::cores;
use crate::vocabulary::{Dictionary, is_numeral, split_token};

/// What the dictionary, the book and the page know of words.
pub(super) struct KnownWords<'a> {
    book: &'a PageVocabulary,
    pub(super) dictionary: Option<&'a Dictionary>,
    /// How often each word was read with certainty on the page, by its key.
    certain_words: HashMap<String, usize>,
    is_english: bool,
}

/// A word that was read with certainty this often on a page is one of its common words.
const MIN_COMMON_COUNT: usize = 2;
/// A word that is this many times as common as another may be preferred, although the other is common, too.
const MIN_TIMES_AS_COMMON: usize = 4;
/// The same misreading is unlikely to occur this often on a page.
const MIN_REPEATED_MISREADINGS: usize = 3;
impl<'a> KnownWords<'a> {
    pub(super) fn new(
        page: &OcrPage,
        book: &'a PageVocabulary,
        dictionary: Option<&'a Dictionary>,
        languages: &Languages,
    ) -> Self {
        let is_english = languages.0.first().is_none_or(|language| language.to_lowercase().starts_with("en"));
        let mut certain_words = HashMap::new();
        for word in page.words().filter(|word| word.confidence >= CERTAIN) {
            *certain_words.entry(word_key(split_token(&word.text).1)).or_default() += 1;
        }
        Self { book, dictionary, certain_words, is_english }
    }

    /// Whether all words are in the dictionary or the book, or were read with certainty this often on the page.
    fn is_known(&self, words: &str, min_times: usize) -> bool {
        cores(words).all(|word| {
            is_numeral(word)
                || self.book.knows(word)
                || self.times_on_page(word) >= min_times
                || self.dictionary.is_some_and(|dictionary| dictionary.accepts(word))
        })
    }

    pub(super) fn is_read_known(&self, read: &str) -> bool {
        !has_no_letters(read) && !self.is_single_letter(read) && self.is_known(read, MIN_REPEATED_MISREADINGS)
    }

    /// Whether a letter was read that is not a word by itself.
    fn is_single_letter(&self, read: &str) -> bool {
        let word = split_token(read).1;
        let mut letters = word.chars();
        self.is_english && matches!((letters.next(), letters.next()), (Some(c), None) if c.is_lowercase() && c != 'a')
    }

    pub(super) fn is_printed_known(&self, printed: &str) -> bool {
        self.is_known(printed, 1)
    }

    /// Whether all words are common ones of the page or the language.
    pub(super) fn is_common(&self, words: &str) -> bool {
        cores(words).all(|word| {
            self.times_on_page(word) >= MIN_COMMON_COUNT || self.is_english && is_common_in_english(&word_key(word))
        })
    }

    /// Whether `printed` is common, and `read` is not.
    pub(super) fn prefers(&self, read: &str, printed: &str) -> bool {
        let times = |words: &str| cores(words).map(|word| self.times_on_page(word)).min().unwrap_or_default();
        self.is_common(printed)
            && !(self.is_english && cores(read).all(|word| is_common_in_english(&word_key(word))))
            && (times(read) < MIN_COMMON_COUNT || times(printed) >= MIN_TIMES_AS_COMMON * times(read))
    }

    /// How often a word was read with certainty on the page.
    fn times_on_page(&self, word: &str) -> usize {
        self.certain_words.get(&word_key(word)).copied().unwrap_or_default()
    }

    /// Whether the book has `printed` elsewhere, and it may have been misread as `read`.
    pub(super) fn is_of_the_book(&self, read: &str, printed: &str) -> bool {
        let (read, printed) = (word_key(split_token(read).1), word_key(split_token(printed).1));
        self.book.doubtful.get(&read).is_some_and(|evidence| evidence.similar.contains_key(&printed))
    }
}

/// Punctuation, and the sign that is a word.
const PRINTED_SIGNS: &str = ".,;:!?'’‘\"“”-—–()[]*†‡…/&";

/// Whether symbols were read in place of letters (`«`, `#`).
pub(super) fn has_no_letters(read: &str) -> bool {
    !read.contains(char::is_alphanumeric) && read.contains(|c: char| !c.is_whitespace() && !PRINTED_SIGNS.contains(c))
}
