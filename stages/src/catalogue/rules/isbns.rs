use crate::catalogue::Isbn;

/// An ISBN in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedIsbn {
    /// The number.
    pub isbn: Isbn,
    /// Whether the word ISBN precedes it. By accident, one in eleven numbers of ten digits has a valid check digit, and one in ten of thirteen, which
    /// must begin with 978 or 979.
    pub is_named: bool,
}

/// Maximum distance of the word `ISBN` before its number, characters: `ISBN-13 (paperback): `.
const MAX_NAME_DISTANCE_CHARS: usize = 30;

/// All ISBNs in a text with valid check digits.
#[must_use]
pub fn isbns_in(text: &str) -> Vec<PrintedIsbn> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let Some((isbn, end)) = isbn_at(&characters, at) else {
            at += 1;
            continue;
        };
        let before: String = characters[at.saturating_sub(MAX_NAME_DISTANCE_CHARS)..at].iter().collect();
        // `I` is the letter of it that is misread: `1SBN`, `lSBN`.
        found.push(PrintedIsbn { isbn, is_named: before.to_lowercase().contains("sbn") });
        at = end;
    }
    found
}

/// The ISBN that begins here, and its end; `None` for a longer number.
fn isbn_at(characters: &[char], start: usize) -> Option<(Isbn, usize)> {
    let begins = characters[start].is_ascii_digit() && !(start > 0 && characters[start - 1].is_alphanumeric());
    [13, 10].into_iter().filter(|_| begins).find_map(|length| {
        let end = end_of(characters, start, length)?;
        let text: String = characters[start..end].iter().collect();
        Some((text.parse().ok()?, end))
    })
}

/// The end of a number with this many digits that begins here, with at most one hyphen or space between digits.
fn end_of(characters: &[char], start: usize, length: usize) -> Option<usize> {
    let (mut at, mut digits) = (start, 0);
    while digits < length {
        let character = *characters.get(at)?;
        let is_check = digits + 1 == length && matches!(character, 'X' | 'x');
        if character.is_ascii_digit() || is_check {
            digits += 1;
        } else if !is_separator(character) || is_separator(characters[at - 1]) {
            return None;
        }
        at += 1;
    }
    characters.get(at).is_none_or(|next| !next.is_alphanumeric()).then_some(at)
}

fn is_separator(character: char) -> bool {
    matches!(character, ' ' | '-' | '‐' | '‑' | '–')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(String, bool)> {
        isbns_in(text).into_iter().map(|found| (found.isbn.to_string(), found.is_named)).collect()
    }

    fn one(isbn: &str, is_named: bool) -> Vec<(String, bool)> {
        vec![(isbn.to_owned(), is_named)]
    }

    #[test]
    fn numbers_with_a_right_check_digit_are_found() {
        assert_eq!(found("Printed in U.S.A.\nISBN 0-306-40615-2 (hardback)"), one("0-306-40615-2", true));
        assert_eq!(found("ISBN-10 0 306 40615 2"), one("0-306-40615-2", true));
        assert_eq!(found("lSBN-13: 978-0-306-40615-7."), one("978-0-306-40615-7", true));
        assert_eq!(found("9780306406157"), one("9780306406157", false));
        assert_eq!(found("ISBN 080442957X"), one("080442957X", true));
    }

    #[test]
    fn rejects_other_numbers() {
        for text in ["", "ISBN 0-306-40615-3", "in 1892, 1893 and 1894", "10306406152", "0306406152a", "0--306-40615-2"]
        {
            assert_eq!(found(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_looked_through(text in "[0-9X ISBN\\-–é]{0,60}") {
            for (isbn, _) in found(&text) {
                prop_assert!(isbn.parse::<Isbn>().is_ok());
            }
        }
    }
}
