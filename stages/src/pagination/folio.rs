use shelf::book::{format_roman, parse_roman};
use shelf_pages::NumberingStyle;

/// A folio: a page number as printed in a book, with its numerals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folio {
    /// Roman or arabic.
    pub style: NumberingStyle,
    /// 1 or more.
    pub value: u32,
}

/// Maximum length of a page number in arabic digits.
const MAX_DIGITS: usize = 4;

impl Folio {
    /// Parses arabic digits, or roman numerals in one case. Letters next to arabic digits count as the digits that they resemble, and so do
    /// lower-case letters next to lower-case roman numerals: `l2` is 12, `ili` is iii.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let roman = |value| Self { style: NumberingStyle::Roman, value };
        parse_arabic(word)
            .map(|value| Self { style: NumberingStyle::Arabic, value })
            .or_else(|| parse_roman(word).filter(|_| is_in_one_case(word)).map(roman))
            .or_else(|| parse_roman(&word.chars().map(to_lower_roman).collect::<String>()).map(roman))
    }

    /// The folio as printed, in lower case.
    #[must_use]
    pub fn print(self) -> String {
        match self.style {
            NumberingStyle::Roman => format_roman(self.value),
            NumberingStyle::Arabic | NumberingStyle::None => self.value.to_string(),
        }
    }
}

/// A word without surrounding brackets, dashes, dots and quotes: `— 12 —`, `[12]` and `12.` are all `12`.
#[must_use]
pub(super) fn trim_punctuation(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Digits, at least one of them recognised as such.
fn parse_arabic(word: &str) -> Option<u32> {
    let digits: String = word.chars().map(to_digit).collect::<Option<_>>()?;
    let is_number =
        word.contains(|c: char| c.is_ascii_digit()) && digits.len() <= MAX_DIGITS && !digits.starts_with('0');
    digits.parse().ok().filter(|_| is_number)
}

fn is_in_one_case(word: &str) -> bool {
    word.chars().all(char::is_lowercase) || word.chars().all(char::is_uppercase)
}

/// The digit that a character among digits most likely is.
fn to_digit(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        'o' | 'O' | 'Q' | 'D' => Some('0'),
        'l' | 'I' | 'i' | 't' | 'j' | '|' | '!' => Some('1'),
        'z' | 'Z' => Some('2'),
        's' | 'S' => Some('5'),
        'b' => Some('6'),
        'B' => Some('8'),
        'g' | 'q' => Some('9'),
        _ => None,
    }
}

/// The lower-case roman numeral that a character among such most likely is; capitals become invalid.
fn to_lower_roman(character: char) -> char {
    match character {
        'l' | 't' | 'j' | '1' => 'i',
        'y' => 'v',
        capital if capital.is_uppercase() => '?',
        other => other,
    }
}
