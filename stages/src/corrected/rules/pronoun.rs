//! The English word `I`: a single stroke, which is misread as a sign or a thin letter, or without the space after it.

use super::CorrectionKind;
use super::draft::{Draft, TokenPosition};
use crate::vocabulary::Dictionary;

/// What `I` alone is misread as.
const MISREAD_ALONE: [&str; 7] = ["|", "]", "[", "I]", "[I", "]|", "I|"];
/// Letters that it is misread as, before a verb.
const MISREAD_BEFORE_VERB: [&str; 3] = ["T", "l", "1"];
/// What `I am` is misread as, without the space after a misread `I`.
const MISREAD_I_AM: [&str; 3] = ["Lam", "Tam", "lam"];

/// Verbs of the first person, without which a letter or a merged word may be another.
const VERBS: [&str; 40] = [
    "am", "was", "have", "had", "do", "did", "don't", "don’t", "shall", "will", "would", "should", "could", "can",
    "must", "may", "might", "think", "thought", "know", "knew", "say", "said", "see", "saw", "hope", "wish", "believe",
    "suppose", "never", "want", "mean", "cannot", "dare", "remember", "felt", "feel", "found", "went", "came",
];
/// Words of two letters whose first letter is misread as a bracket: `[t` is `It`.
const AFTER_BRACKET: [&str; 4] = ["t", "f", "n", "s"];
/// Marks before a word.
const OPENING: [char; 7] = ['“', '‘', '"', '\'', '(', '—', '-'];

/// Restores the pronoun `I`, where only it can be meant.
pub(super) fn restore_pronoun(draft: &mut Draft, dictionary: &Dictionary) {
    // Another language has no such pronoun.
    if !(dictionary.accepts("I") && dictionary.accepts("have") && dictionary.accepts("the")) {
        return;
    }
    for place in draft.places() {
        let token = draft.token(place);
        if token.foreign {
            continue;
        }
        let bare = token.text.trim_start_matches(OPENING);
        let lead = &token.text[..token.text.len() - bare.len()];
        if let Some(right) = printed(draft, place, bare, dictionary) {
            let kind = if right.contains(' ') { CorrectionKind::Separated } else { CorrectionKind::Misread };
            let text = format!("{lead}{right}");
            draft.replace(place, kind, text);
        }
    }
}

/// What was printed where `bare` was read; `None` if it may be right.
fn printed(draft: &Draft, place: TokenPosition, bare: &str, dictionary: &Dictionary) -> Option<String> {
    let next = draft.next(place).filter(|next| next.line == place.line).map(|next| draft.token(next).text.as_str());
    let next = next.map(|next| next.trim_end_matches(|c: char| !c.is_alphanumeric())).unwrap_or_default();
    let before_word = next.starts_with(char::is_lowercase) && dictionary.accepts(next);
    // No English word is a `T`, and none but `I` is followed by a word where a quotation begins.
    let begins_quotation = draft.token(place).text.starts_with(['“', '‘']) && bare == "T" && before_word;
    if MISREAD_ALONE.contains(&bare) && before_word
        || MISREAD_BEFORE_VERB.contains(&bare) && VERBS.contains(&next)
        || begins_quotation
    {
        return Some("I".to_owned());
    }
    if MISREAD_I_AM.contains(&bare) && before_word && !dictionary.accepts(&bare.to_lowercase()) {
        return Some("I am".to_owned());
    }
    if let Some(rest) = bare.strip_prefix(['[', ']'])
        && AFTER_BRACKET.contains(&rest)
        && before_word
    {
        return Some(format!("I{rest}"));
    }
    let word = bare.trim_end_matches(|c: char| !c.is_alphanumeric());
    let verb = word.strip_prefix(['I', '|', '1'])?;
    let is_merged = VERBS.contains(&verb) && !dictionary.accepts(word);
    is_merged.then(|| format!("I {verb}{}", &bare[word.len()..]))
}

#[cfg(test)]
mod tests {
    use super::super::draft::draft_of;
    use super::*;

    fn restored(text: &str) -> String {
        let dictionary = Dictionary::of_words("I have the am was hope that is Island it he of own");
        let mut draft = draft_of(text, 0.95);
        restore_pronoun(&mut draft, &dictionary);
        draft.text()
    }

    #[test]
    fn pronoun_is_restored_where_only_it_can_be_meant() {
        for (read, printed) in [
            ("“T have the", "“I have the"),
            ("that | am", "that I am"),
            ("“] was", "“I was"),
            ("Iam, Sir", "I am, Sir"),
            ("1am of", "I am of"),
            ("Ihope that", "I hope that"),
            ("[t is", "It is"),
            ("l have", "I have"),
            ("“T own", "“I own"),
            ("“Tam of", "“I am of"),
            ("that Lam of", "that I am of"),
        ] {
            assert_eq!(restored(read), printed, "{read}");
        }
    }

    #[test]
    fn other_letters_and_signs_are_kept() {
        for text in [
            "T. Smith",
            "Mr. T of",
            "the | Narvaez",
            "it |\nwas",
            "[the",
            "Jam that",
            "Island",
            "10 l of",
            "[t]",
            "Tam Narvaez",
            "T own",
        ] {
            assert_eq!(restored(text), text);
        }
        let mut german = draft_of("T have", 0.9);
        restore_pronoun(&mut german, &Dictionary::of_words("ich habe"));
        assert_eq!(german.text(), "T have");
    }
}
