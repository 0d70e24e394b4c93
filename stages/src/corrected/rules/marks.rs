use super::Kind;
use super::draft::{Draft, Place};
use crate::vocabulary::{Dictionary, SURE, parts_of};

/// What was read with less confidence may be a speck.
const UNSURE: f64 = 0.75;

/// Mends marks that no printer sets so: ligatures, doubled commas, quotes made of two, spaces before punctuation.
pub(super) fn mend_marks(draft: &mut Draft) {
    for place in draft.places() {
        let text = &draft.token(place).text;
        let mended = plain_marks(text);
        if mended != *text {
            draft.replace(place, Kind::Mark, mended);
        }
    }
    for place in draft.places().into_iter().rev() {
        close_up(draft, place);
    }
}

/// Takes out what is most likely a speck, not a mark: quotes that are opened before a word and never closed, marks that end a sentence which goes on.
pub(super) fn drop_specks(draft: &mut Draft, dictionary: &Dictionary) {
    let closed = has_closing_quotes(draft);
    for place in draft.places() {
        drop_quote(draft, place, closed);
        drop_stop(draft, place, dictionary);
    }
    for place in draft.places().into_iter().rev() {
        drop_lone(draft, place);
    }
}

fn plain_marks(text: &str) -> String {
    let spelled = [("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬀ", "ff"), ("ﬃ", "ffi"), ("ﬄ", "ffl"), ("ﬅ", "st"), ("ﬆ", "st"), ("``", "“"), ("''", "”"), ("‘‘", "“"), ("’’", "”"), ("—-", "—"), ("-—", "—"), (",,", ",")]
        .into_iter()
        .fold(text.to_owned(), |text, (read, printed)| if text.starts_with(",,") && read == ",," { text } else { text.replace(read, printed) });
    spelled
}

/// A mark that stands alone after a word, and that always touches the word before it.
fn close_up(draft: &mut Draft, place: Place) {
    let text = &draft.token(place).text;
    let mark = matches!(text.as_str(), "," | ";" | ":" | "." | "!" | "?" | ")" | "]");
    let before = draft.previous(place).filter(|before| before.line == place.line);
    if let Some(before) = before.filter(|_| mark) {
        let word = &draft.token(before).text;
        if word.ends_with(char::is_alphabetic) {
            let (read, text) = (format!("{word} {text}"), format!("{word}{text}"));
            draft.merge(before, place, Kind::Mark, read, text);
        }
    }
}

/// Whether the paragraph has a word with a single quote behind it.
fn has_closing_quotes(draft: &Draft) -> bool {
    draft.lines.iter().flatten().any(|token| token.text.ends_with(['\'', '’']))
}

/// `'The` is a speck before a word where no quote is closed.
fn drop_quote(draft: &mut Draft, place: Place, closed: bool) {
    let token = draft.token(place);
    let Some(rest) = token.text.strip_prefix(['\'', '‘']) else { return };
    let elided = ["tis", "twas", "twere", "twill", "twould", "em", "gainst", "neath", "mid", "mong", "til", "till", "cause", "s", "d", "n"];
    let (lead, word, _) = parts_of(rest);
    let whole_word = lead.is_empty() && word.chars().count() > 1 && word.starts_with(char::is_alphabetic);
    let opens = draft.previous(place).is_none();
    if whole_word && !closed && !opens && !elided.contains(&word.to_lowercase().as_str()) && token.confidence < SURE {
        let text = rest.to_owned();
        draft.replace(place, Kind::Mark, text);
    }
}

/// A stop after a word, where the sentence goes on with a small letter, is a speck, unless the word is short and may be abbreviated.
fn drop_stop(draft: &mut Draft, place: Place, dictionary: &Dictionary) {
    let token = draft.token(place);
    let (lead, word, tail) = parts_of(&token.text);
    let long = word.chars().count() >= 5 && dictionary.knows(word);
    let goes_on = draft.next(place).is_some_and(|next| draft.token(next).text.starts_with(char::is_lowercase));
    if tail == "." && long && goes_on && token.confidence < UNSURE {
        let text = format!("{lead}{word}");
        draft.replace(place, Kind::Mark, text);
    }
}

/// A mark that stands alone at the end or start of a line, read with hardly any confidence.
fn drop_lone(draft: &mut Draft, place: Place) {
    let token = draft.token(place);
    let at_margin = place.at == 0 || draft.ends_line(place);
    let lone = token.text.chars().count() <= 2 && token.text.chars().all(|c| c.is_ascii_punctuation() || matches!(c, '‘' | '’' | '“' | '”' | '~' | '°' | '«' | '»'));
    let alone = draft.lines[place.line].len() == 1;
    if lone && at_margin && !alone && token.confidence < 0.5 {
        draft.remove(place);
    }
}
