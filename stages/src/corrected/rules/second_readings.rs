//! What the recogniser read second decides between marks that differ by a dot: a comma, a point, a semicolon and a colon.

use super::CorrectionKind;
use super::draft::Draft;
use crate::vocabulary::{Token, split_token};

/// Shorter words before a point may be abbreviations.
const MIN_WORD_CHARS: usize = 3;
/// The marks that end a quotation, before its closing quote.
const BEFORE_CLOSING_QUOTE: [&str; 4] = [".”", ",”", "!”", "?”"];

/// Replaces a mark that does not fit what follows by one that the recogniser held possible.
pub(super) fn weigh_second_readings(draft: &mut Draft) {
    for place in draft.places() {
        let next = draft.next(place).map_or("", |next| &draft.token(next).text);
        if let Some(printed) = printed(draft.token(place), next) {
            draft.replace(place, CorrectionKind::Punctuation, printed);
        }
    }
}

/// What was printed in place of `token`, before `next`; `None` if it was read well.
fn printed(token: &Token, next: &str) -> Option<String> {
    let (lead, word, tail) = split_token(&token.text);
    let with = |tail: &str| format!("{lead}{word}{tail}");
    let may_be = |tail: &str| token.alternatives.contains(&with(tail));
    let is_word = word.chars().count() >= MIN_WORD_CHARS && word.chars().all(char::is_lowercase);
    let goes_on = next.starts_with(char::is_lowercase);
    match tail {
        ":" if goes_on && [";", ";:", ":;"].into_iter().any(may_be) => Some(with(";")),
        "." if goes_on && is_word && may_be("") => Some(with("")),
        "." if goes_on && is_word && [",", ",.", ".,"].into_iter().any(may_be) => Some(with(",")),
        "”" if is_word => BEFORE_CLOSING_QUOTE.into_iter().find(|tail| may_be(tail)).map(with),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(read: &str, alternatives: &[&str], next: &str) -> Option<String> {
        let alternatives = alternatives.iter().map(|other| (*other).to_owned()).collect();
        printed(&Token { alternatives, ..Token::new(read, 0.9) }, next)
    }

    #[test]
    fn mark_that_does_not_fit_what_follows_is_replaced() {
        for (read, alternatives, next, printed) in [
            ("room:", &["room;:"][..], "and", Some("room;")),
            ("yelling.", &["yelling,", "yeolling."], "with", Some("yelling,")),
            ("but.", &["but", "but:", "but,"], "as", Some("but")),
            ("“more”", &["“more.”", "“more””"], "“My", Some("“more.”")),
            // What follows fits, or nothing else was held possible.
            ("said:", &["said;:"], "“Aye", None),
            ("yelling.", &["yelling,"], "With", None),
            ("room:", &[], "and", None),
            ("more”", &[], "he", None),
            // An abbreviation.
            ("p.", &["p,"], "and", None),
            ("Mr.", &["Mr,"], "and", None),
        ] {
            assert_eq!(after(read, alternatives, next).as_deref(), printed, "{read} {next}");
        }
    }
}
