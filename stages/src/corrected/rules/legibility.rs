use crate::vocabulary::{Dictionary, PageTokens, PageVocabulary, parts_of};

/// How well a page can be read, as far as its words tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Legibility {
    /// The share of its words, of three letters and more, that neither the dictionary nor the book has, 0..=1; none without a dictionary, and where
    /// there are too few words.
    pub unknown: Option<f64>,
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
        let confidence =
            if confidences.is_empty() { 1.0 } else { confidences.iter().sum::<f64>() / confidences.len() as f64 };
        Self { unknown: dictionary.and_then(|dictionary| unknown_share(page, book, dictionary)), confidence }
    }

    /// Whether so little of the page is words that none should be made of the rest.
    #[must_use]
    pub fn is_hopeless(&self) -> bool {
        self.unknown.is_some_and(|share| share > MOST_UNKNOWN)
    }
}

fn unknown_share(page: &PageTokens, book: &PageVocabulary, dictionary: &Dictionary) -> Option<f64> {
    let whole = page.tokens().filter(|token| !token.ends_in_hyphen() && !token.continues);
    let words: Vec<&str> = whole.map(|token| parts_of(&token.text).1).filter(|word| is_long(word)).collect();
    let unknown = words.iter().filter(|word| !dictionary.accepts(word) && !book.knows(word)).count();
    (words.len() >= FEWEST_WORDS).then(|| unknown as f64 / words.len() as f64)
}

fn is_long(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphabetic()).count() >= SHORTEST
}
