//! Marks of notes: in front of a note, and in the text that refers to it.

use shelf_pages::Join;

use super::misread_marks::{MISREAD_BEFORE_NOTES, misread_marks};
use super::piece::{Piece, PieceLine, Role};

/// The mark of a note, as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoteMark {
    /// `*`, `**`, `†`, `§`.
    Sign(String),
    /// A dagger that was read as this letter or sign.
    MisreadDagger(char),
    /// A number.
    Number(u32),
}

impl NoteMark {
    /// The mark at the beginning of a note, and its length with the space after it, characters.
    pub(super) fn parse(text: &str) -> Option<(Self, u32)> {
        let after_space = |rest: &str, length: usize| {
            let blank = rest.chars().take_while(|c| c.is_whitespace()).count();
            (length + blank) as u32
        };
        let signs: String = text.chars().take_while(|c| is_sign(*c)).take(3).collect();
        if !signs.is_empty() {
            let length = signs.chars().count();
            return Some((Self::Sign(signs.clone()), after_space(&text[signs.len()..], length)));
        }
        let first = text.split_whitespace().next()?;
        let rest = &text[first.len()..];
        let next = rest.trim_start().trim_start_matches(|c: char| !c.is_alphanumeric()).chars().next();
        let is_sentence = next.is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
        let bare = first.trim_matches(['(', ')', '[', ']', '.']);
        let letters = first.chars().count();
        if let Some(number) = number(bare) {
            return is_sentence.then(|| (Self::Number(number), after_space(rest, letters)));
        }
        if let Some((_, mark)) = MISREAD_BEFORE_NOTES.iter().find(|(misread, _)| first.chars().eq([*misread])) {
            let mark = mark.parse().map_or_else(|_| Self::Sign((*mark).to_owned()), Self::Number);
            return is_sentence.then(|| (mark, after_space(rest, letters)));
        }
        let mut chars = first.chars();
        match (chars.next(), chars.next()) {
            (Some(sign @ ('t' | 'f' | '+')), None) if is_sentence => {
                Some((Self::MisreadDagger(sign), after_space(rest, letters)))
            }
            _ => Self::parse_joined(first),
        }
    }

    /// The mark at the beginning of a word, from which nothing separates it: `1The`, `(2)See`, `’The`, `tIf`. A sign that may open a quotation is not a mark.
    fn parse_joined(word: &str) -> Option<(Self, u32)> {
        let bare = word.trim_start_matches(['(', '[']);
        let word_at = bare.find(|c: char| number(c.encode_utf8(&mut [0; 4])).is_none() && c != '0')?;
        let rest = bare[word_at..].trim_start_matches([')', ']', '.']);
        let length = (word.chars().count() - rest.chars().count()) as u32;
        if let Some(number) = number(&bare[..word_at]) {
            return rest.starts_with(char::is_uppercase).then_some((Self::Number(number), length));
        }
        let sign = word.chars().next()?;
        let is_before_capital = word.chars().nth(1).is_some_and(char::is_uppercase);
        let may_be_quotation =
            matches!(sign, '“' | '‘' | '"' | '\'') || word.starts_with("’Ti") || word.starts_with("’Tw");
        match MISREAD_BEFORE_NOTES.iter().find(|(misread, _)| *misread == sign) {
            _ if !is_before_capital || may_be_quotation => None,
            Some((_, mark)) => Some((mark.parse().map_or_else(|_| Self::Sign((*mark).to_owned()), Self::Number), 1)),
            None => matches!(sign, 't' | 'f' | '+').then_some((Self::MisreadDagger(sign), 1)),
        }
    }

    /// How it is shown.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Sign(signs) => signs.clone(),
            Self::MisreadDagger(_) => "†".to_owned(),
            Self::Number(number) => number.to_string(),
        }
    }

    /// Where the mark is in a line: the first character and the one after the last, of every occurrence.
    fn found_in(&self, line: &str) -> Vec<(u32, u32)> {
        let chars: Vec<char> = line.chars().collect();
        match self {
            Self::Sign(signs) => signs_in(&chars, signs),
            Self::MisreadDagger(sign) => {
                let misread = (1..chars.len()).filter(|at| {
                    chars[*at] == *sign && is_after_word(&chars, *at, *sign == '+') && is_end(&chars, at + 1)
                });
                let misread: Vec<(u32, u32)> = misread.map(|at| (at as u32, at as u32 + 1)).collect();
                [signs_in(&chars, "†"), misread].concat()
            }
            Self::Number(number) => {
                let digits: Vec<char> = number.to_string().chars().collect();
                let is_here = |at: &usize| {
                    let end = at + digits.len();
                    let found = chars.get(*at..end).is_some_and(|found| {
                        found
                            .iter()
                            .zip(&digits)
                            .all(|(found, digit)| found == digit || superscript(*digit) == Some(*found))
                    });
                    let no_digit_after = chars.get(end).is_none_or(|next| !next.is_ascii_digit());
                    found && no_digit_after && is_after_word(&chars, *at, true) && is_end(&chars, end)
                };
                let found = (1..chars.len()).filter(is_here);
                found.map(|at| (at as u32, (at + digits.len()) as u32)).collect()
            }
        }
    }
}

fn is_sign(c: char) -> bool {
    matches!(c, '*' | '†' | '‡' | '§' | '¶' | '‖')
}

fn signs_in(chars: &[char], signs: &str) -> Vec<(u32, u32)> {
    let signs: Vec<char> = signs.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let run = chars[at..].iter().take_while(|c| is_sign(**c)).count();
        if run > 0 && chars[at..at + run] == signs[..] {
            found.push((at as u32, (at + run) as u32));
        }
        at += run.max(1);
    }
    found
}

/// Whether the character before is of a word or its punctuation: of the punctuation only, unless `or_letter`.
fn is_after_word(chars: &[char], at: usize, or_letter: bool) -> bool {
    let before = chars[at - 1];
    matches!(before, '.' | ',' | ';' | ':' | '!' | '?' | '”' | '’' | '"' | '\'' | ')')
        || or_letter && before.is_alphabetic()
}

fn is_end(chars: &[char], at: usize) -> bool {
    chars
        .get(at)
        .is_none_or(|next| next.is_whitespace() || matches!(next, '.' | ',' | ';' | ':' | '—' | '”' | '’' | ')'))
}

fn superscript(digit: char) -> Option<char> {
    let at = digit.to_digit(10)? as usize;
    ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'].get(at).copied()
}

fn number(text: &str) -> Option<u32> {
    let plain: Option<String> = text
        .chars()
        .map(|c| (0..=9).find_map(|n| char::from_digit(n, 10).filter(|d| c == *d || superscript(*d) == Some(c))))
        .collect();
    plain?.parse().ok().filter(|number| (1..1000).contains(number))
}

/// Finds the marks of the notes of a page in its text. A mark is linked only if it is certain: if it occurs in the text as often as in front of
/// notes; or, for the other notes together, if as many signs in the text can only be misread marks. `notes` are the keys of the notes with their marks, in order.
pub(super) fn link_marks(pieces: &mut [Piece], notes: &[(u32, NoteMark)]) {
    let mut done: Vec<&NoteMark> = Vec::new();
    let mut without_mark: Vec<u32> = Vec::new();
    for (_, mark) in notes {
        if done.contains(&mark) {
            continue;
        }
        done.push(mark);
        let keys: Vec<u32> = notes.iter().filter(|(_, other)| other == mark).map(|(key, _)| *key).collect();
        let found: Vec<(usize, usize, (u32, u32))> = pieces
            .iter()
            .enumerate()
            .filter(|(_, piece)| piece.role != Role::Note)
            .flat_map(|(piece, found)| {
                found.lines.iter().enumerate().filter(|(_, line)| line.note.is_none()).flat_map(move |(at, line)| {
                    mark.found_in(&line.text).into_iter().map(move |range| (piece, at, range))
                })
            })
            .collect();
        if found.len() != keys.len() {
            without_mark.extend(keys);
            continue;
        }
        // From the end, so that earlier positions stay valid.
        for ((piece, at, range), key) in found.into_iter().zip(keys).rev() {
            split_at_mark(&mut pieces[piece].lines, at, range, key);
        }
    }
    without_mark.sort_unstable();
    for ((piece, at, start), key) in misread_marks(pieces, without_mark.len()).into_iter().zip(without_mark).rev() {
        split_at_mark(&mut pieces[piece].lines, at, (start, start + 1), key);
    }
}

/// Makes the mark a line of its own.
fn split_at_mark(lines: &mut Vec<PieceLine>, at: usize, (start, end): (u32, u32), key: u32) {
    let line = lines[at].clone();
    let mut mark = line.part(start, end);
    mark.note = Some(key);
    let mut parts = Vec::new();
    if start > 0 {
        mark.join = Join::Direct;
        parts.push(line.part(0, start));
    }
    parts.push(mark);
    let after: String = line.text.chars().skip(end as usize).collect();
    let blank = after.chars().take_while(|c| c.is_whitespace()).count() as u32;
    if end + blank < line.char_count() {
        let mut rest = line.part(end + blank, line.char_count());
        rest.join = if blank > 0 { Join::Space } else { Join::Direct };
        parts.push(rest);
    }
    lines.splice(at..=at, parts);
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    fn parsed(text: &str) -> Option<(String, u32)> {
        NoteMark::parse(text).map(|(mark, length)| (mark.shown(), length))
    }

    #[test]
    fn notes_begin_with_marks() {
        assert_eq!(parsed("* The landlord"), Some(("*".to_owned(), 2)));
        assert_eq!(parsed("†Ibid."), Some(("†".to_owned(), 1)));
        assert_eq!(parsed("t The dictionary’s own"), Some(("†".to_owned(), 2)));
        assert_eq!(parsed("“ See the account"), Some(("*".to_owned(), 2)), "misread");
        assert_eq!(parsed("? So in the manuscript"), Some(("2".to_owned(), 2)), "misread");
        assert_eq!(parsed("“See the account” is"), None, "a quotation");
        assert_eq!(parsed("12. Cf. Livy"), Some(("12".to_owned(), 4)));
        assert_eq!(parsed("¹ See p. 4"), Some(("1".to_owned(), 2)));
        assert_eq!(parsed("1The landlord"), Some(("1".to_owned(), 1)), "joined to the word");
        assert_eq!(parsed("(12)See p. 4"), Some(("12".to_owned(), 4)));
        assert_eq!(parsed("tIf it is"), Some(("†".to_owned(), 1)));
        assert_eq!(parsed("’The other"), Some(("*".to_owned(), 1)));
        assert_eq!(parsed("“The other"), None, "it may be a quotation");
        for text in [
            "4to edition",
            "’Tis so",
            "the That",
            "that the undertaking",
            "1528 was a year",
            "t is a letter",
            "",
            "I See",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    fn linked(text: &str, notes: &[(u32, &str)]) -> String {
        let page = TestPage::new(text);
        let mut pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        let notes: Vec<(u32, NoteMark)> =
            notes.iter().map(|(key, text)| (*key, NoteMark::parse(text).unwrap().0)).collect();
        link_marks(&mut pieces, &notes);
        let shown = |line: &PieceLine| match line.note {
            Some(key) => format!("[{key}:{}]", line.text),
            None => line.text.clone(),
        };
        pieces.iter().flat_map(|piece| &piece.lines).map(shown).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn marks_are_linked_where_they_are_certain() {
        assert_eq!(linked("a great undertaking.* And so", &[(1, "* The")]), "a great undertaking.|[1:*]|And so");
        assert_eq!(linked("was bound.t And", &[(1, "t The")]), "was bound.|[1:t]|And");
        assert_eq!(
            linked("of Rome.1 And of\nGaul2, in 12", &[(1, "1 See"), (2, "2 See")]),
            "of Rome.|[1:1]|And of|Gaul|[2:2]|, in 12"
        );
        assert_eq!(linked("one* and two*", &[(1, "* See")]), "one* and two*", "it is uncertain which");
        assert_eq!(linked("one* and two*", &[(1, "* See"), (2, "* Cf.")]), "one|[1:*]|and two|[2:*]");
        assert_eq!(
            linked("of Rome,* and of Gaul,’ in", &[(1, "* See"), (2, "¥ Cf.")]),
            "of Rome,|[1:*]|and of Gaul,|[2:’]|in"
        );
        assert_eq!(linked("of Rome.! And", &[(1, "! See")]), "of Rome.|[1:!]|And");
        assert_eq!(linked("it was bought at", &[(1, "t The")]), "it was bought at");
    }
}
