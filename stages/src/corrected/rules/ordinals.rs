//! The ordinal `1st`, whose digit is misread as a letter.

use super::CorrectionKind;
use super::draft::Draft;
use crate::vocabulary::{Dictionary, split_token};

const MISREAD: [&str; 3] = ["Ist", "lst", "|st"];

/// Restores `1st` in an English text.
pub(super) fn restore_first(draft: &mut Draft, dictionary: &Dictionary) {
    if !dictionary.accepts("the") || dictionary.accepts("Ist") {
        return;
    }
    for place in draft.places() {
        let token = draft.token(place);
        let (lead, word, tail) = split_token(&token.text);
        if MISREAD.contains(&word) && !token.foreign {
            let text = format!("{lead}1st{tail}");
            draft.replace(place, CorrectionKind::Misread, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::draft_of;
    use super::*;

    #[test]
    fn first_is_restored_in_english() {
        for (words, read, printed) in
            [("the on", "On the Ist, the lst; 21st", "On the 1st, the 1st; 21st"), ("der Ist", "Ist der", "Ist der")]
        {
            let mut draft = draft_of(read, 0.9);
            restore_first(&mut draft, &Dictionary::of_words(words));
            assert_eq!(draft.text(), printed);
        }
    }
}
