use super::CorrectionKind;
use super::draft::{Draft, TokenPosition};
use crate::vocabulary::{Dictionary, PageVocabulary, split_token, word_key};

/// Characters that a hyphen at a line end is misread as.
const MISREAD_HYPHENS: [&str; 12] = ["", ".", ":", ",", ";", "~", "'", "*", "=", "_", "«", "»"];
/// Shorter words are not joined just because the dictionary has them.
const MIN_WHOLE_CHARS: usize = 6;

/// Shorter words are not joined with the next one unless a mark separates them.
const MIN_BEGINNING_CHARS: usize = 3;

/// Joins split words: at a line end whose hyphen was misread (`informa:` `tion`), or within a line (`cam paign`). At least one piece
/// is not a word, and the whole is in the book or the dictionary.
pub(super) fn join_split_words(draft: &mut Draft, book: &PageVocabulary, dictionary: &Dictionary) {
    for place in draft.places().into_iter().rev() {
        let Some(next) = draft.next(place) else { continue };
        if draft.token(place).foreign || draft.token(next).foreign {
            continue;
        }
        join(draft, place, next, book, dictionary);
    }
}

fn join(draft: &mut Draft, place: TokenPosition, next: TokenPosition, book: &PageVocabulary, dictionary: &Dictionary) {
    let (token, after) = (&draft.token(place).text, &draft.token(next).text);
    let ((lead, left, behind), (gap, right, tail)) = (split_token(token), split_token(after));
    let at_line_end = draft.ends_line(place);
    let fits = gap.is_empty()
        && !right.starts_with(char::is_uppercase)
        && (behind.is_empty() || at_line_end && MISREAD_HYPHENS.contains(&behind))
        && is_piece(left)
        && is_piece(right);
    if !fits {
        return;
    }
    let no_word = |piece: &str| !dictionary.accepts(piece) && !book.knows(piece);
    let whole = format!("{left}{right}");
    let in_dictionary = || whole.chars().count() >= MIN_WHOLE_CHARS && dictionary.accepts(&whole);
    let of_the_book = || left.chars().count().min(right.chars().count()) > 1 && book.joined.contains(&word_key(&whole));
    let is_word = in_dictionary() || of_the_book();
    let broken = match (no_word(left), no_word(right)) {
        (true, true) => true,
        // An ending that is not a word is a piece; a beginning that is not may be a misread word before a correct one.
        // A short word before it may be complete: `seems to` `wered` is not `towered`.
        (false, true) => !behind.is_empty() || left.chars().count() >= MIN_BEGINNING_CHARS,
        (true, false) => at_line_end && !behind.is_empty() || right.chars().count() <= 4,
        (false, false) => false,
    };
    if broken && is_word {
        let read = format!("{left}{behind} {right}");
        let text = format!("{lead}{whole}{tail}");
        draft.merge(place, next, CorrectionKind::Rejoined, read, text);
    }
}

fn is_piece(piece: &str) -> bool {
    !piece.is_empty() && piece.chars().all(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::super::draft::draft_of;
    use super::*;

    fn whole(text: &str) -> String {
        let dictionary = Dictionary::of_words(
            "information campaign contrast con the of place against settlement went on settle seems to towered",
        );
        let book = PageVocabulary { joined: ["narvaez".to_owned()].into(), ..PageVocabulary::default() };
        let mut draft = draft_of(text, 0.8);
        join_split_words(&mut draft, &book, &dictionary);
        draft.text()
    }

    #[test]
    fn pieces_of_a_word_come_together() {
        for (read, printed) in [
            ("the informa:\ntion of", "the information\nof"),
            ("the con\ntrast, of", "the contrast,\nof"),
            ("“settle.\nment” of", "“settlement”\nof"),
            ("a cam paign of", "a campaign of"),
            ("of Nar vaez.", "of Narvaez."),
            ("of Nar\nvaez.", "of Narvaez."),
        ] {
            assert_eq!(whole(read), printed);
        }
    }

    #[test]
    fn words_stay_apart() {
        for text in [
            "went on the",
            "of con. The",
            "the place. Information",
            "the of",
            "the settle. went",
            "seems to\nwered on",
            "seems to wered on",
            "x y z",
            "cam, paign",
        ] {
            assert_eq!(whole(text), text);
        }
    }
}
