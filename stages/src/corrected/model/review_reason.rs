use std::collections::BTreeSet;

use crate::ocr::Paragraph;
use crate::vocabulary::{Dictionary, PageVocabulary, is_numeral, split_token, tokens_of};

/// Why a paragraph should be reviewed by a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewReason {
    /// A hyphen at a line end, or a word in neither book nor dictionary: its letters were read well, so the text may suffice.
    UnknownWord,
    /// A word with low confidence: the picture is needed.
    LowConfidence,
}

/// Words with less confidence need a review, 0..=1. Tesseract is right about half of such words.
const MIN_CONFIDENCE: f64 = 0.6;

/// Why a paragraph, whose text after the rules is `text`, should be reviewed; `None` if it should not.
#[must_use]
pub fn review_reason(
    read: &Paragraph,
    text: &str,
    book: &PageVocabulary,
    dictionary: Option<&Dictionary>,
) -> Option<ReviewReason> {
    let lines = tokens_of(read);
    if lines.iter().flatten().any(|token| token.confidence < MIN_CONFIDENCE) {
        return Some(ReviewReason::LowConfidence);
    }
    let has_hyphen = text.lines().rev().skip(1).any(ends_in_hyphen);
    let has_unknown = text.split_whitespace().any(|token| is_unknown(token, book, dictionary));
    (has_hyphen || has_unknown).then_some(ReviewReason::UnknownWord)
}

/// The words of a paragraph that are in doubt, in their order; each once.
#[must_use]
pub fn words_in_doubt(
    read: &Paragraph,
    text: &str,
    book: &PageVocabulary,
    dictionary: Option<&Dictionary>,
) -> Vec<String> {
    let lines = tokens_of(read);
    let badly_read: BTreeSet<&str> = lines
        .iter()
        .flatten()
        .filter(|token| token.confidence < MIN_CONFIDENCE)
        .map(|token| token.text.as_str())
        .collect();
    let mut doubtful: Vec<String> = Vec::new();
    let mut add = |words: String| {
        if !doubtful.contains(&words) {
            doubtful.push(words);
        }
    };
    let mut hyphenated: Option<&str> = None;
    for line in text.lines() {
        let last = line.split_whitespace().next_back();
        for (at, token) in line.split_whitespace().enumerate() {
            match hyphenated.filter(|_| at == 0) {
                Some(begins) => add(format!("{begins} {token}")),
                None if badly_read.contains(token) || is_unknown(token, book, dictionary) => add(token.to_owned()),
                None => {}
            }
        }
        hyphenated = last.filter(|_| ends_in_hyphen(line));
    }
    doubtful
}

/// Whether so few words of a paragraph were read that a model should reply with the whole text.
#[must_use]
pub fn is_mostly_unreadable(read: &Paragraph) -> bool {
    let lines = tokens_of(read);
    let bad = lines.iter().flatten().filter(|token| token.confidence < MIN_CONFIDENCE).count();
    2 * bad > lines.iter().flatten().count()
}

fn ends_in_hyphen(line: &str) -> bool {
    line.trim_end().ends_with(['-', '‐', '¬', '\u{ad}'])
}

fn is_unknown(token: &str, book: &PageVocabulary, dictionary: Option<&Dictionary>) -> bool {
    let (_, word, behind) = split_token(token);
    let is_word = word.chars().filter(|c| c.is_alphabetic()).count() > 1 && !is_numeral(word) && behind != "-";
    is_word && dictionary.is_some_and(|dictionary| !dictionary.accepts(word)) && !book.knows(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::test_pages::page;

    fn doubt(text: &str, confidence: f64) -> Option<ReviewReason> {
        let dictionary = Dictionary::of_words("the long campaign was home self aware");
        let read = page(1, &[(text, confidence)]);
        review_reason(&read.blocks[0].paragraphs[0], text, &PageVocabulary::default(), Some(&dictionary))
    }

    #[test]
    fn reviews_low_confidence_and_unknown_words() {
        assert_eq!(doubt("the long campaign was home", 0.95), None);
        assert_eq!(doubt("the long campaign was 1892", 0.95), None);
        assert_eq!(doubt("the long carnpaign was home", 0.95), Some(ReviewReason::UnknownWord));
        assert_eq!(doubt("the long self-\naware campaign", 0.95), Some(ReviewReason::UnknownWord));
        assert_eq!(doubt("the long campaign was home", 0.4), Some(ReviewReason::LowConfidence));
    }

    #[test]
    fn words_in_doubt_are_unknown_badly_read_or_hyphenated() {
        let dictionary = Dictionary::of_words("the long campaign was home self aware");
        let text = "the long carnpaign was self-\naware the home";
        let mut read = page(1, &[(text, 0.95)]);
        read.blocks[0].paragraphs[0].lines[1].words[2].confidence = 0.4;
        let read = &read.blocks[0].paragraphs[0];
        let doubtful = words_in_doubt(read, text, &PageVocabulary::default(), Some(&dictionary));
        assert_eq!(doubtful, ["carnpaign", "self- aware", "home"]);
        assert!(!is_mostly_unreadable(read));
        assert!(is_mostly_unreadable(&page(1, &[(text, 0.3)]).blocks[0].paragraphs[0]));
    }
}
