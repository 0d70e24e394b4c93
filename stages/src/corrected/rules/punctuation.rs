use super::CorrectionKind;
use super::draft::{Draft, TokenPosition};
use crate::vocabulary::{MIN_CERTAIN_CONFIDENCE, PageTokens, PageVocabulary, split_token, word_key};

/// Corrects typography that is never printed: doubled commas, quotes made of two characters, spaces before punctuation; and splits ligatures.
pub(super) fn correct_punctuation(draft: &mut Draft) {
    for place in draft.places() {
        let text = &draft.token(place).text;
        let corrected = plain_marks(text);
        if corrected != *text {
            draft.replace(place, CorrectionKind::Punctuation, corrected);
        }
        if let Some(apart) = apart_after_comma(&draft.token(place).text) {
            draft.replace(place, CorrectionKind::Separated, apart);
        }
    }
    for place in draft.places().into_iter().rev() {
        close_up(draft, place);
    }
}

/// Replacements: recognised and printed characters.
#[rustfmt::skip]
const PLAIN: [(&str, &str); 11] = [
    ("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬀ", "ff"), ("ﬃ", "ffi"), ("ﬄ", "ffl"), ("ﬅ", "st"), ("ﬆ", "st"), ("‘‘", "“"), ("’’", "”"), ("``", "“"), ("''", "”"),
];
/// What a long dash is read as, in parts.
const PARTS_OF_DASH: [char; 3] = ['-', '—', '~'];

fn plain_marks(text: &str) -> String {
    // Before a word, two commas are a German opening quote.
    let opening =
        [("''", "“"), (",,", "„")].into_iter().find(|(read, _)| text.starts_with(read) && text.len() > read.len());
    let opened = opening.map_or_else(|| text.to_owned(), |(read, printed)| text.replacen(read, printed, 1));
    let plain = PLAIN.iter().fold(opened, |text, (read, printed)| text.replace(read, printed));
    with_whole_dashes(&plain.replace(",,", ","))
}

/// The text with one dash where parts of it were read (`cries--and`, `room~-—our`). Two long dashes stand for letters that are left out.
fn with_whole_dashes(text: &str) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(PARTS_OF_DASH) {
        let after = rest[start..].trim_start_matches(PARTS_OF_DASH);
        let read = &rest[start..rest.len() - after.len()];
        let is_in_parts = read.chars().count() > 1 && read.contains(['-', '~']);
        let touches_word = rest[..start].ends_with(is_text) || after.starts_with(is_text);
        whole.push_str(&rest[..start]);
        whole.push_str(if is_in_parts && touches_word { "—" } else { read });
        rest = after;
    }
    whole + rest
}

fn is_text(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '“' | '”' | '‘' | '’' | ',' | ';' | '.' | '!' | '?')
}

/// Inserts the missing space after a comma or semicolon between two words (`Georgia,and`), except in numbers and abbreviations.
fn apart_after_comma(text: &str) -> Option<String> {
    let (before, after) = text.split_once([',', ';'])?;
    let is_word = |text: &str| text.chars().count() > 1 && text.chars().all(char::is_alphabetic);
    let (_, first, _) = split_token(before);
    let (_, second, _) = split_token(after);
    let touches = before.ends_with(char::is_alphabetic) && after.starts_with(char::is_alphabetic);
    let mark = &text[before.len()..text.len() - after.len()];
    (touches && is_word(first) && is_word(second)).then(|| format!("{before}{mark} {after}"))
}

/// Attaches an isolated punctuation mark to the word before it.
fn close_up(draft: &mut Draft, place: TokenPosition) {
    let text = &draft.token(place).text;
    let mark = matches!(text.as_str(), "," | ";" | ":" | "." | "!" | "?" | ")" | "]");
    let before = draft.previous(place).filter(|before| before.line == place.line);
    if let Some(before) = before.filter(|_| mark) {
        let word = &draft.token(before).text;
        if word.ends_with(char::is_alphabetic) {
            let (read, text) = (format!("{word} {text}"), format!("{word}{text}"));
            draft.merge(before, place, CorrectionKind::Punctuation, read, text);
        }
    }
}

/// Whether most apostrophes of a page are curly.
pub(super) fn has_curly_apostrophes(page: &PageTokens) -> bool {
    let count =
        |apostrophe: char| page.tokens().filter(|token| inner_apostrophe(&token.text) == Some(apostrophe)).count();
    let (curly, straight) = (count('’'), count('\''));
    curly > 2 * straight
}

/// The apostrophe between two letters of a word.
fn inner_apostrophe(text: &str) -> Option<char> {
    let chars: Vec<char> = text.chars().collect();
    let mut threes = chars.windows(3);
    let within =
        threes.find(|three| three[0].is_alphabetic() && matches!(three[1], '’' | '\'') && three[2].is_alphabetic());
    within.map(|three| three[1])
}

/// Replaces a straight apostrophe within a word (`can't`) with a curly one.
pub(super) fn curl_apostrophes(draft: &mut Draft) {
    for place in draft.places() {
        let text = &draft.token(place).text;
        if inner_apostrophe(text) == Some('\'') && text.matches('\'').count() == 1 {
            let curled = text.replace('\'', "’");
            draft.replace(place, CorrectionKind::Punctuation, curled);
        }
    }
}

/// Replaces a comma with a full stop before the start of a sentence: a capitalised word that the book otherwise writes in lower case.
pub(super) fn end_sentences(draft: &mut Draft, book: &PageVocabulary) {
    for place in draft.places() {
        let token = draft.token(place);
        let starts = |next: TokenPosition| {
            let (_, word, _) = split_token(&draft.token(next).text);
            let is_title = word.starts_with(char::is_uppercase) && !word.chars().skip(1).any(char::is_uppercase);
            is_title && book.small_words.contains(&word_key(word))
        };
        let (_, word, tail) = split_token(&token.text);
        if tail == ","
            && word.ends_with(char::is_lowercase)
            && token.confidence < MIN_CERTAIN_CONFIDENCE
            && draft.next(place).is_some_and(starts)
        {
            let text = format!("{}.", token.text.trim_end_matches(','));
            draft.replace(place, CorrectionKind::Punctuation, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::draft_of;
    use super::*;
    use crate::vocabulary::test_pages::page;

    fn corrected(text: &str) -> String {
        let mut draft = draft_of(text, 0.95);
        correct_punctuation(&mut draft);
        draft.text()
    }

    #[test]
    fn corrects_typography_that_is_never_printed() {
        for (read, printed) in [
            ("ﬁne oﬃce", "fine office"),
            ("cries--and room~-—our", "cries—and room—our"),
            ("hand,---the “Aye.”--", "hand,—the “Aye.”—"),
            ("so,, he said", "so, he said"),
            ("‘‘What’’ he said", "“What” he said"),
            ("''What'' he said", "“What” he said"),
            (",,Was``", "„Was“"),
            ("here—-there", "here—there"),
            ("spirit . The", "spirit. The"),
            ("first ; then , last", "first; then, last"),
            ("through Georgia,and the", "through Georgia, and the"),
            ("“went;then", "“went; then"),
        ] {
            assert_eq!(corrected(read), printed);
        }
    }

    #[test]
    fn other_marks_stay() {
        for text in [
            "“What,” he said; ‘no!’",
            "a — b – c -- d",
            "G—— and the self-made, 1914--1918 -----",
            "No. 5 . 6",
            "the ... end",
            "f. 3, p. 4",
            "ſo it was",
            "!\n; word",
            "1,000 men",
            "Ps. 1,2;3",
            "e,g. a,b",
        ] {
            assert_eq!(corrected(text), text);
        }
    }

    #[test]
    fn straight_apostrophes_within_words_become_curly() {
        let mut draft = draft_of("I can't say 'no' to 'em, o'clock'", 0.95);
        curl_apostrophes(&mut draft);
        assert_eq!(draft.text(), "I can’t say 'no' to 'em, o'clock'");
        let curly = |text| has_curly_apostrophes(&PageTokens::of(&page(1, &[(text, 0.95)])));
        assert!(curly("don’t can’t won’t isn't") && !curly("don’t isn't") && !curly("none"));
    }

    #[test]
    fn a_comma_before_a_new_sentence_is_a_stop() {
        let book = PageVocabulary { small_words: ["the".to_owned()].into(), ..PageVocabulary::default() };
        for (text, confidence, expected) in [
            ("of savages, The end", 0.7, "of savages. The end"),
            ("of savages,\n‘The end", 0.7, "of savages.\n‘The end"),
            ("of savages, The end", 0.95, "of savages, The end"),
            ("of savages, Narvaez", 0.7, "of savages, Narvaez"),
            ("SAVAGES, THE END", 0.7, "SAVAGES, THE END"),
            ("in 1540, The", 0.7, "in 1540, The"),
        ] {
            let mut draft = draft_of(text, confidence);
            end_sentences(&mut draft, &book);
            assert_eq!(draft.text(), expected);
        }
    }
}
