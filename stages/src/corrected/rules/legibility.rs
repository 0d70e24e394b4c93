use crate::vocabulary::{Dictionary, PageTokens, PageVocabulary, counted_form, parts_of};

/// How well a page can be read, as far as its words tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Legibility {
    /// The share of its words, of three letters and more, that neither the dictionary nor the book has, 0..=1; 0 without a dictionary.
    pub unknown: f64,
    /// Mean confidence of its words, 0..=1; 1 on a blank page.
    pub confidence: f64,
}

/// More unknown words than this are no page in the language of the dictionary, or none that was read.
const MOST_UNKNOWN: f64 = 0.33;
/// With so few words nothing can be said.
const FEWEST_WORDS: usize = 8;
const SHORTEST: usize = 3;

impl Legibility {
    /// Of the words of a page.
    #[must_use]
    pub fn of(page: &PageTokens, book: &PageVocabulary, dictionary: Option<&Dictionary>) -> Self {
        let confidences: Vec<f64> = page.tokens().map(|token| token.confidence).collect();
        let confidence = if confidences.is_empty() { 1.0 } else { confidences.iter().sum::<f64>() / confidences.len() as f64 };
        let words = || {
            let whole = page.tokens().filter(|token| !token.ends_in_hyphen() && !token.continues);
            whole.map(|token| parts_of(&token.text).1).filter(|word| is_long(word))
        };
        let is_unknown = |word: &&str| dictionary.is_some_and(|d| !d.accepts(word) && !book.doubtful.get(&counted_form(word)).is_some_and(|word| word.known));
        let (all, unknown) = (words().count(), words().filter(is_unknown).count());
        let unknown = if all < FEWEST_WORDS { 0.0 } else { unknown as f64 / all as f64 };
        Self { unknown, confidence }
    }

    /// Whether so little of the page is words that none should be made of the rest.
    #[must_use]
    pub fn is_hopeless(&self) -> bool {
        self.unknown > MOST_UNKNOWN
    }
}

fn is_long(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphabetic()).count() >= SHORTEST
}
