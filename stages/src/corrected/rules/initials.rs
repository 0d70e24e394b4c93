use super::CorrectionKind;
use super::draft::Draft;
use crate::vocabulary::{Dictionary, PageVocabulary, split_token};

/// Capitals that are words of their own.
const ONE_LETTER_WORDS: [char; 3] = ['A', 'I', 'O'];
/// Shorter words are not separated from a capital.
const MIN_WORD_CHARS: usize = 3;

/// Separates a drop capital that is a word of its own from the word beside it: `Ashelf` at the beginning of a paragraph is `A shelf`.
pub(super) fn separate_initial_word(draft: &mut Draft, book: &PageVocabulary, dictionary: &Dictionary) {
    let Some(place) = draft.places().first().copied() else { return };
    let (lead, word, tail) = split_token(&draft.token(place).text);
    let Some(rest) = word.strip_prefix(ONE_LETTER_WORDS) else { return };
    let is_word = rest.chars().count() >= MIN_WORD_CHARS
        && rest.chars().all(char::is_lowercase)
        && (dictionary.accepts(rest) || book.knows(rest));
    if is_word && !dictionary.accepts(word) && !dictionary.accepts(&word.to_lowercase()) && !book.knows(word) {
        let capital = &word[..word.len() - rest.len()];
        let text = format!("{lead}{capital} {rest}{tail}");
        draft.replace(place, CorrectionKind::Separated, text);
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::draft_of;
    use super::*;

    #[test]
    fn one_letter_word_is_separated_at_the_beginning_only() {
        let dictionary = Dictionary::of_words("shelf was is the after about");
        for (read, printed) in [
            ("Ashelf is", "A shelf is"),
            ("“Iwas the", "“I was the"),
            ("After the", "After the"),
            ("About the", "About the"),
            ("the Ashelf", "the Ashelf"),
            ("Ashtaroth is", "Ashtaroth is"),
            ("Ais the", "Ais the"),
        ] {
            let mut draft = draft_of(read, 0.9);
            separate_initial_word(&mut draft, &PageVocabulary::default(), &dictionary);
            assert_eq!(draft.text(), printed);
        }
    }
}
