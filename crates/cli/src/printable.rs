//! Text from books and files, such as titles, file names and page texts, may hold control characters that move the cursor, name the window or
//! turn the text around. On a terminal they are shown escaped.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Escapes control characters other than line breaks and tabs, and characters that change the direction of text. Colours, bold and dim text, which
/// shelf itself prints, are kept.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_hostile) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let kept = style_len(rest);
        if kept > 0 {
            shown.push_str(&rest[..kept]);
            rest = &rest[kept..];
        } else {
            let mut chars = rest.chars();
            shown.extend(chars.next().map(char::escape_default).into_iter().flatten());
            rest = chars.as_str();
        }
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// Escapes in JSON what JSON itself does not: other control characters and changes of direction. They occur in strings only.
pub(super) fn printable_json(json: String) -> String {
    let is_hostile = |c: char| is_hostile(c) && !c.is_ascii_control();
    if !json.chars().any(is_hostile) {
        return json;
    }
    json.chars().fold(String::with_capacity(json.len()), |mut shown, c| {
        if is_hostile(c) {
            // Writing to a string cannot fail; all these characters have four digits.
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
        shown
    })
}

/// Whether a terminal obeys a character instead of showing it: Unicode's control characters, and its explicit directions (UAX 9).
fn is_hostile(c: char) -> bool {
    let changes_direction =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && c != '\n' && c != '\t') || changes_direction
}

/// The length of an escape sequence at the start of `text` that sets a style in which text stays legible (ECMA-48, select graphic rendition):
/// plain, bold, dim, italic, underlined, struck out, or a colour of the text; otherwise 0.
fn style_len(text: &str) -> usize {
    let Some(codes) = text.strip_prefix("\u{1b}[") else { return 0 };
    let Some(end) = codes.find(|c: char| !c.is_ascii_digit() && c != ';') else { return 0 };
    let is_legible = |code: &str| matches!(code.parse(), Ok(0..=4 | 9 | 22..=24 | 29..=37 | 39 | 90..=97u32));
    let is_style = codes[end..].starts_with('m') && codes[..end].split(';').all(is_legible);
    if is_style { "\u{1b}[".len() + end + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::{printable, printable_json};

    #[test]
    fn what_a_terminal_would_obey_is_shown_escaped() {
        for (text, shown) in [
            ("Plain — “text”\n\tnext", "Plain — “text”\n\tnext"),
            ("\u{1b}]0;owned\u{7}", "\\u{1b}]0;owned\\u{7}"),
            ("\u{1b}[2J\u{1b}[1mbold\u{1b}[0m", "\\u{1b}[2J\u{1b}[1mbold\u{1b}[0m"),
            ("\u{1b}[8mhidden\u{1b}[0;48m", "\\u{1b}[8mhidden\\u{1b}[0;48m"),
            ("a\rb\u{8}\u{9b}2J", "a\\rb\\u{8}\\u{9b}2J"),
            ("invoice\u{202e}fdp.exe\u{2069}", "invoice\\u{202e}fdp.exe\\u{2069}"),
            ("\u{1b}", "\\u{1b}"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({ "title": "a\u{202e}b\u{9b}c\u{1b}d\n" });
        let shown = printable_json(value.to_string());
        assert!(!shown.contains(['\u{202e}', '\u{9b}', '\u{1b}']), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
