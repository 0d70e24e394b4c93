use std::collections::HashMap;

use super::spelling::{counted_form, is_numeral, parts_of};
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
}

/// What is read with this confidence is most likely what stands there.
pub const SURE: f64 = 0.9;

impl WordCounts {
    /// Counts the words of a page. Halves of words that a line end parts are no words.
    pub(super) fn add(&mut self, page: &PageTokens) {
        for (word, confidence) in page.lines().flat_map(whole_words) {
            let count = self.words.entry(counted_form(word)).or_default();
            count.times += 1;
            count.sure += u32::from(confidence >= SURE);
            self.total += 1;
        }
    }

    /// How often the book has a word, whatever its case.
    pub(super) fn times(&self, word: &str) -> u32 {
        self.words.get(&counted_form(word)).map_or(0, |count| count.times)
    }

    /// How often it was read with certainty.
    pub(super) fn sure(&self, word: &str) -> u32 {
        self.words.get(&counted_form(word)).map_or(0, |count| count.sure)
    }

    /// Words in the book.
    pub(super) fn total(&self) -> u32 {
        self.total
    }

    /// All words that were read with certainty, with how often, in no order.
    pub(super) fn sure_words(&self) -> impl Iterator<Item = (&str, u32)> {
        self.words.iter().filter(|(_, count)| count.sure > 0).map(|(word, count)| (word.as_str(), count.times))
    }
}

/// The words of a line that are whole: not the half before a hyphen at its end, nor what a line starts with after such a half.
fn whole_words(line: &[Token]) -> impl Iterator<Item = (&str, f64)> {
    let last = line.len().saturating_sub(1);
    line.iter().enumerate().filter(move |(at, token)| !(*at == last && token.ends_in_hyphen())).filter_map(|(_, token)| {
        let (_, word, _) = parts_of(&token.text);
        (!word.is_empty() && !is_numeral(word) && !token.continues).then_some((word, token.confidence))
    })
}
