use super::draft::{Draft, TokenPosition};
use crate::vocabulary::{Dictionary, PageVocabulary, split_token};

/// A sentence with fewer words is too short to tell its language.
const MIN_SENTENCE_WORDS: usize = 5;
/// The dictionary accepts at least this fraction of the words of a sentence in its language, 0..=1.
const MIN_KNOWN_RATIO: f64 = 0.5;
/// This many unknown words in a row are a quotation in another language within a sentence.
const MIN_UNKNOWN_RUN: usize = 4;
/// Unknown words with a lower mean confidence are misread, 0..=1.
const MIN_CONFIDENCE: f64 = 0.7;

/// Marks the tokens of passages in another language, which spelling rules must not change: sentences of which the dictionary accepts few words,
/// although they were read with confidence, and runs of unknown words.
pub(super) fn mark_foreign_passages(draft: &mut Draft, book: &PageVocabulary, dictionary: &Dictionary) {
    let words: Vec<Word> =
        draft.places().into_iter().filter_map(|place| Word::at(draft, place, book, dictionary)).collect();
    let sentences = words.split_inclusive(|word| word.ends_sentence).filter(|sentence| is_foreign_sentence(sentence));
    let runs = words.chunk_by(|one, next| one.is_known == next.is_known).filter(|run| is_foreign_run(run));
    let foreign: Vec<TokenPosition> = sentences.chain(runs).flatten().map(|word| word.place).collect();
    for TokenPosition { line, at } in foreign {
        draft.lines[line][at].foreign = true;
    }
}

struct Word {
    place: TokenPosition,
    is_known: bool,
    confidence: f64,
    ends_sentence: bool,
}

impl Word {
    /// The word at `place`; `None` for numbers, marks and single letters.
    fn at(draft: &Draft, place: TokenPosition, book: &PageVocabulary, dictionary: &Dictionary) -> Option<Self> {
        let token = draft.token(place);
        let (_, word, tail) = split_token(&token.text);
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let is_half = token.ends_in_hyphen() || token.continues;
        (letters > 1 && !is_half).then(|| Self {
            place,
            is_known: dictionary.accepts(word) || book.knows(word),
            confidence: token.confidence,
            ends_sentence: tail.starts_with(['.', '!', '?']),
        })
    }
}

fn is_foreign_sentence(words: &[Word]) -> bool {
    let known = words.iter().filter(|word| word.is_known).count();
    words.len() >= MIN_SENTENCE_WORDS && (known as f64) < MIN_KNOWN_RATIO * words.len() as f64 && is_confident(words)
}

fn is_foreign_run(words: &[Word]) -> bool {
    words.len() >= MIN_UNKNOWN_RUN && words.iter().all(|word| !word.is_known) && is_confident(words)
}

fn is_confident(words: &[Word]) -> bool {
    let unknown = || words.iter().filter(|word| !word.is_known);
    unknown().map(|word| word.confidence).sum::<f64>() >= MIN_CONFIDENCE * unknown().count() as f64
}

#[cfg(test)]
mod tests {
    use super::super::draft::draft_of;
    use super::*;

    /// The words that are marked.
    fn foreign(text: &str, confidence: f64) -> String {
        let dictionary = Dictionary::of_words("he said to the captain that this was a long campaign and went on in");
        let mut draft = draft_of(text, confidence);
        mark_foreign_passages(&mut draft, &PageVocabulary::default(), &dictionary);
        let marked = draft.lines.iter().flatten().filter(|token| token.foreign);
        marked.map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn sentences_and_quotations_in_another_language_are_marked() {
        let french = "Nous sommes partis dans la nuit.";
        assert_eq!(foreign(&format!("He went on. {french} This was long."), 0.9), french);
        assert_eq!(foreign("He said le roi est mort and went on to the captain.", 0.9), "le roi est mort");
        assert_eq!(foreign("This was a long campaign and Narvaez went on.", 0.9), "");
    }

    #[test]
    fn misread_words_are_not_another_language() {
        assert_eq!(foreign("Hc sald tc tbe captaiu tbat tbis wxs.", 0.5), "");
    }
}
