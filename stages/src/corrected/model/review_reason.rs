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
    let hyphen_at_line_end =
        text.lines().rev().skip(1).any(|line| line.trim_end().ends_with(['-', '‐', '¬', '\u{ad}']));
    let unknown = |token: &str| {
        let (_, word, behind) = split_token(token);
        let is_word = word.chars().filter(|c| c.is_alphabetic()).count() > 1 && !is_numeral(word) && behind != "-";
        is_word && dictionary.is_some_and(|dictionary| !dictionary.accepts(word)) && !book.knows(word)
    };
    (hyphen_at_line_end || text.split_whitespace().any(unknown)).then_some(ReviewReason::UnknownWord)
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
}
