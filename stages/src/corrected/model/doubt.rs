use crate::ocr::Paragraph;
use crate::vocabulary::{Dictionary, PageVocabulary, is_numeral, parts_of, tokens_of};

/// Why a paragraph may need a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// A hyphen at a line end, or a word that neither book nor dictionary has: its letters were read well, and a text may be enough to tell.
    Word,
    /// A word that was read without confidence: only the picture can tell.
    Reading,
}

/// A word that is read with less confidence is in doubt, 0..=1. Tesseract is right with about one in two such words.
const LOW: f64 = 0.6;

/// Why a paragraph, whose text is `text` after the rules, is in doubt; none where nothing is.
#[must_use]
pub fn doubt_of(read: &Paragraph, text: &str, book: &PageVocabulary, dictionary: Option<&Dictionary>) -> Option<Doubt> {
    let lines = tokens_of(read);
    if lines.iter().flatten().any(|token| token.confidence < LOW) {
        return Some(Doubt::Reading);
    }
    let hyphen_at_line_end =
        text.lines().rev().skip(1).any(|line| line.trim_end().ends_with(['-', '‐', '¬', '\u{ad}']));
    let unknown = |token: &str| {
        let (_, word, behind) = parts_of(token);
        let is_word = word.chars().filter(|c| c.is_alphabetic()).count() > 1 && !is_numeral(word) && behind != "-";
        is_word && dictionary.is_some_and(|dictionary| !dictionary.accepts(word)) && !book.knows(word)
    };
    (hyphen_at_line_end || text.split_whitespace().any(unknown)).then_some(Doubt::Word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::test_pages::page;

    fn doubt(text: &str, confidence: f64) -> Option<Doubt> {
        let dictionary = Dictionary::of_words("the long campaign was home self aware");
        let read = page(1, &[(text, confidence)]);
        doubt_of(&read.blocks[0].paragraphs[0], text, &PageVocabulary::default(), Some(&dictionary))
    }

    #[test]
    fn a_paragraph_is_in_doubt_for_what_was_read_badly_or_is_no_word() {
        assert_eq!(doubt("the long campaign was home", 0.95), None);
        assert_eq!(doubt("the long campaign was 1892", 0.95), None);
        assert_eq!(doubt("the long carnpaign was home", 0.95), Some(Doubt::Word));
        assert_eq!(doubt("the long self-\naware campaign", 0.95), Some(Doubt::Word));
        assert_eq!(doubt("the long campaign was home", 0.4), Some(Doubt::Reading));
    }
}
