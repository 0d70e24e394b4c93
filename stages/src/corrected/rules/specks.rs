use super::CorrectionKind;
use super::draft::{Draft, TokenPosition};
use crate::vocabulary::{Dictionary, MIN_CERTAIN_CONFIDENCE, split_token};

/// Marks with less confidence may be specks.
const MAX_SPECK_CONFIDENCE: f64 = 0.75;
/// The same for the quote in `‘The`, which is read with more confidence than other specks.
const MAX_SPECK_BEFORE_T_CONFIDENCE: f64 = 0.96;
/// The same for an isolated mark.
const MAX_ISOLATED_CONFIDENCE: f64 = 0.5;

/// Deletes marks that are most likely specks: single quotes where no quotation begins, and full stops where the sentence continues.
/// `single_quotes` says whether the page has quotations in single quotes.
pub(super) fn drop_specks(draft: &mut Draft, dictionary: &Dictionary, single_quotes: bool) {
    for place in draft.places() {
        drop_quote(draft, place, single_quotes);
        drop_closing_quote(draft, place, dictionary);
        drop_stop(draft, place, dictionary);
    }
    for place in draft.places().into_iter().rev() {
        drop_isolated(draft, place);
    }
}

/// Deletes marks between the halves of a word that a line end divides: `cor- .` `rector`, `distinc-` `_ tion`, `paving-` `‘stones`.
pub(super) fn drop_specks_in_divided_words(draft: &mut Draft) {
    for place in draft.places().into_iter().rev() {
        let text = &draft.token(place).text;
        let Some(before) = draft.previous(place) else { continue };
        if let Some(rest) = text.strip_prefix(QUOTES).filter(|rest| rest.starts_with(char::is_lowercase))
            && before.line != place.line
            && draft.token(before).ends_in_hyphen()
        {
            let rest = rest.to_owned();
            draft.replace(place, CorrectionKind::Punctuation, rest);
            draft.lines[place.line][place.at].continues = true;
            continue;
        }
        if !is_speck(text) && text != "-" {
            continue;
        }
        let Some(after) = draft.next(place) else { continue };
        let is_at_line_end = before.line != after.line;
        let divides = draft.token(before).ends_in_hyphen() && draft.token(after).text.starts_with(char::is_lowercase);
        if is_at_line_end && divides {
            draft.remove(place);
            let after = draft.next(before).filter(|after| after.line != before.line);
            if let Some(TokenPosition { line, at }) = after {
                draft.lines[line][at].continues = true;
            }
        }
    }
}

fn is_speck(token: &str) -> bool {
    token.chars().count() <= 2 && token.chars().all(|c| SPECKS.contains(c))
}

/// Words that start with an apostrophe.
const ELIDED: [&str; 14] = [
    "tis", "twas", "twere", "twill", "twould", "em", "gainst", "neath", "mid", "mong", "tween", "til", "till", "cause",
];

/// Whether a token closes a quotation in single quotes: `no!’`, `said,'`.
pub(super) fn closes_single_quote(token: &str) -> bool {
    let (_, word, tail) = split_token(token);
    let after_mark = |tail: &str| tail.starts_with([',', '.', '!', '?', ';']) && tail.contains(['\'', '’']);
    !word.is_empty() && after_mark(tail) && !tail.contains("''") && !tail.contains("’’")
}

/// Drops the quote of `'the` in mid-sentence, and of `'The` on a page without quotations in single quotes, unless the quote is closed
/// further on. A double quote is never a speck: its partner may be misread, on another line, or in another paragraph.
fn drop_quote(draft: &mut Draft, place: TokenPosition, single_quotes: bool) {
    let token = draft.token(place);
    let Some((quote, rest)) = token.text.chars().next().map(|quote| (quote, &token.text[quote.len_utf8()..])) else {
        return;
    };
    let (lead, word, tail) = split_token(rest);
    // A quotation begins after a mark, or at the beginning of a paragraph.
    let may_open =
        draft.previous(place).is_none_or(|before| !draft.token(before).text.ends_with(char::is_alphanumeric));
    if single_quotes && may_open {
        return;
    }
    let (closing, sure): (&[char], f64) = match quote {
        // The serif of a T is read as a quote before it.
        '\'' | '‘' | '’' if word.starts_with('T') => (&['\'', '’'], MAX_SPECK_BEFORE_T_CONFIDENCE),
        '\'' | '‘' | '’' if !may_open => (&['\'', '’'], MIN_CERTAIN_CONFIDENCE),
        _ => return,
    };
    let before_word =
        lead.is_empty() && word.chars().count() > 1 && word.starts_with(char::is_alphabetic) && !tail.contains(closing);
    let elided = ELIDED.contains(&word.to_lowercase().as_str());
    if before_word && !elided && token.confidence < sure && !is_closed(draft, place, quote, closing) {
        let text = rest.to_owned();
        draft.replace(place, CorrectionKind::Punctuation, text);
    }
}

/// Drops the quote of `points'`, unless a quote was opened before or the word may be a plural possessive.
fn drop_closing_quote(draft: &mut Draft, place: TokenPosition, dictionary: &Dictionary) {
    let token = draft.token(place);
    let (lead, word, tail) = split_token(&token.text);
    let quoted =
        lead.contains(QUOTES) || !matches!(tail, "'" | "’") || word.chars().count() < 3 || word.ends_with(['s', 'S']);
    let opened = || {
        let before = std::iter::successors(draft.previous(place), |place| draft.previous(*place));
        before.into_iter().any(|place| split_token(&draft.token(place).text).0.contains(QUOTES))
    };
    if !quoted && token.confidence < MAX_SPECK_CONFIDENCE && dictionary.knows(word) && !opened() {
        let text = format!("{lead}{word}");
        draft.replace(place, CorrectionKind::Punctuation, text);
    }
}

const QUOTES: [char; 3] = ['\'', '‘', '’'];

/// Whether a quote opened at `place` is closed before another is opened.
fn is_closed(draft: &Draft, place: TokenPosition, quote: char, closing: &[char]) -> bool {
    let mut next = draft.next(place);
    while let Some(here) = next {
        let (lead, _, tail) = split_token(&draft.token(here).text);
        if lead.contains(quote) {
            return false;
        }
        if tail.contains(closing) {
            return true;
        }
        next = draft.next(here);
    }
    false
}

/// Words that may be abbreviations, with a full stop within a sentence.
#[rustfmt::skip]
const ABBREVIATIONS: [&str; 34] = [
    "vol", "chap", "fig", "sec", "art", "gen", "col", "gov", "rev", "cap", "sat", "sun", "mar", "dec", "jan", "oct", "bros", "inc", "ill", "mass", "miss",
    "wash", "ore", "pop", "pub", "ser", "max", "tab", "cent", "par", "lat", "long", "log", "pen",
];

/// Drops a full stop or colon after a word if the sentence continues in lower case, unless the word may be an abbreviation.
fn drop_stop(draft: &mut Draft, place: TokenPosition, dictionary: &Dictionary) {
    let token = draft.token(place);
    let (lead, word, tail) = split_token(&token.text);
    let whole =
        word.chars().count() >= 3 && dictionary.knows(word) && !ABBREVIATIONS.contains(&word.to_lowercase().as_str());
    let goes_on = draft.next(place).is_some_and(|next| draft.token(next).text.starts_with(char::is_lowercase));
    if matches!(tail, "." | ":") && whole && goes_on && token.confidence < MAX_SPECK_CONFIDENCE {
        let text = format!("{lead}{word}");
        draft.replace(place, CorrectionKind::Punctuation, text);
    }
}

/// Drops an isolated mark at the start or end of a line that was read with very low confidence.
fn drop_isolated(draft: &mut Draft, place: TokenPosition) {
    let token = draft.token(place);
    let at_margin = place.at == 0 || draft.ends_line(place);
    let has_company = draft.lines[place.line].len() > 1;
    if is_speck(&token.text) && at_margin && has_company && token.confidence < MAX_ISOLATED_CONFIDENCE {
        draft.remove(place);
    }
}

/// Characters that specks are read as. Footnote marks, dashes and amounts of money may be isolated.
const SPECKS: &str = ".,:;'`~^_|<>°«»‘’\\";

#[cfg(test)]
mod tests {
    use super::super::draft::draft_of;
    use super::*;

    fn cleaned(text: &str, confidence: f64) -> String {
        let dictionary = Dictionary::of_words("the points happily every miss follows at once had of");
        let mut draft = draft_of(text, confidence);
        drop_specks(&mut draft, &dictionary, false);
        draft.text()
    }

    #[test]
    fn drops_specks() {
        for (read, clean) in [
            ("he had ‘the points", "he had the points"),
            ("‘The points", "The points"),
            ("the points' of", "the points' of"),
            ("happily' of", "happily of"),
            ("happily. every", "happily every"),
            ("every: points", "every points"),
        ] {
            assert_eq!(cleaned(read, 0.7), clean);
        }
        assert_eq!(cleaned("~ the points .\n' of", 0.3), "the points\nof");
    }

    #[test]
    fn specks_in_divided_words_are_dropped() {
        for (read, clean) in [
            ("a cor- .\nrector of", "a cor-\nrector of"),
            ("no distinc-\n_ tion of", "no distinc-\ntion of"),
            ("the ap- -\npears of", "the ap-\npears of"),
            ("over paving-\n‘stones of", "over paving-\nstones of"),
            ("the end .\nrector", "the end .\nrector"),
            ("a cor- .\nRector", "a cor- .\nRector"),
            ("a cor- . rector", "a cor- . rector"),
        ] {
            let mut draft = draft_of(read, 0.9);
            drop_specks_in_divided_words(&mut draft);
            assert_eq!(draft.text(), clean);
            let joins = read != clean;
            let second = draft.lines.get(1).and_then(|line| line.first());
            assert_eq!(second.is_some_and(|token| token.continues), joins, "{read}");
        }
    }

    #[test]
    fn keeps_possible_marks() {
        for text in [
            "he had ‘the points’ of",
            "‘tis the points",
            "he had \"the points",
            "he had, “the points",
            "had. “The points,‘ he",
            "had, ‘points of",
            "“The points",
            "‘had the points' of",
            "happily. Every",
            "miss. follows",
            "No. follows",
            "the d'Anchusi",
            "* the points\n—",
        ] {
            assert_eq!(cleaned(text, 0.7), text);
        }
    }

    #[test]
    fn single_quotes_stay_where_the_page_has_quotations_in_them() {
        let dictionary = Dictionary::of_words("the points happily every had of");
        for (read, clean) in [("had. ‘The points of", "had. ‘The points of"), ("‘The points of", "‘The points of")]
        {
            let mut draft = draft_of(read, 0.7);
            drop_specks(&mut draft, &dictionary, true);
            assert_eq!(draft.text(), clean);
        }
        for (token, closes) in
            [("no!’", true), ("said,'", true), ("men’s", false), ("captains’", false), ("“No.”", false)]
        {
            assert_eq!(closes_single_quote(token), closes, "{token}");
        }
    }

    #[test]
    fn keeps_confident_words() {
        for text in ["he had ‘the points", "happily' of", "happily. every", "~ the points"] {
            assert_eq!(cleaned(text, 0.97), text);
        }
    }
}
