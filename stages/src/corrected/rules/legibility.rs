use crate::vocabulary::{Dictionary, PageTokens, PageVocabulary, split_token};

/// How legible a page is, judged by its words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Legibility {
    /// The share of its words of three or more letters that are in neither the dictionary nor the book, 0..=1; `None` without a dictionary, or if
    /// there are too few words.
    pub unknown: Option<f64>,
    /// Mean confidence of its words, 0..=1; 1 on a blank page.
    pub confidence: f64,
}

/// A page with a larger fraction of unknown words is in another language, or illegible.
const MAX_UNKNOWN_RATIO: f64 = 0.33;
/// Pages with fewer words are not judged; shorter words do not count.
const MIN_WORDS: usize = 8;
const MIN_WORD_CHARS: usize = 3;

impl Legibility {
    /// Judges the words of a page.
    #[must_use]
    pub fn of(page: &PageTokens, book: &PageVocabulary, dictionary: Option<&Dictionary>) -> Self {
        let confidences: Vec<f64> = page.tokens().map(|token| token.confidence).collect();
        let confidence =
            if confidences.is_empty() { 1.0 } else { confidences.iter().sum::<f64>() / confidences.len() as f64 };
        Self { unknown: dictionary.and_then(|dictionary| unknown_share(page, book, dictionary)), confidence }
    }

    /// Whether too few of the page's words are known to correct the others.
    #[must_use]
    pub fn is_illegible(&self) -> bool {
        self.unknown.is_some_and(|share| share > MAX_UNKNOWN_RATIO)
    }
}

fn unknown_share(page: &PageTokens, book: &PageVocabulary, dictionary: &Dictionary) -> Option<f64> {
    let whole = page.tokens().filter(|token| !token.ends_in_hyphen() && !token.continues);
    let words: Vec<&str> = whole.map(|token| split_token(&token.text).1).filter(|word| is_long(word)).collect();
    let unknown = words.iter().filter(|word| !dictionary.accepts(word) && !book.knows(word)).count();
    (words.len() >= MIN_WORDS).then(|| unknown as f64 / words.len() as f64)
}

fn is_long(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphabetic()).count() >= MIN_WORD_CHARS
}
