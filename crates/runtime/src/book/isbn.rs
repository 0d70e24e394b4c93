use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An ISBN of 10 or 13 digits with a valid check digit, as printed, with hyphens instead of spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Isbn(String);

/// Why a text is not a valid ISBN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IsbnError {
    /// It has too few or too many digits, or other characters.
    #[error("invalid ISBN \"{0}\": expected 10 or 13 digits")]
    Form(String),
    /// It has 13 digits but does not begin with 978 or 979.
    #[error("invalid ISBN \"{0}\": 13 digits begin with 978 or 979")]
    Prefix(String),
    /// The check digit is wrong: a digit was misread, or two were swapped.
    #[error("invalid ISBN \"{0}\": the check digit is wrong")]
    CheckDigit(String),
}

impl FromStr for Isbn {
    type Err = IsbnError;

    fn from_str(text: &str) -> Result<Self, IsbnError> {
        let printed = text.split_whitespace().collect::<Vec<_>>().join("-").replace(['‐', '‑', '–', '—'], "-");
        let digits = digits_of(&printed).ok_or_else(|| IsbnError::Form(text.to_owned()))?;
        let is_right = match digits.len() {
            10 => weighted_sum(&digits, |at| 10 - at as u32).is_multiple_of(11),
            _ if !matches!(digits[..3], [9, 7, 8 | 9]) => return Err(IsbnError::Prefix(text.to_owned())),
            _ => weighted_sum(&digits, |at| if at % 2 == 0 { 1 } else { 3 }).is_multiple_of(10),
        };
        if is_right { Ok(Self(printed)) } else { Err(IsbnError::CheckDigit(text.to_owned())) }
    }
}

/// The values of the digits, 0..=10; `X` means 10 and is allowed only as the last of ten digits.
fn digits_of(printed: &str) -> Option<Vec<u32>> {
    let compact: Vec<char> = printed.chars().filter(|c| *c != '-').collect();
    let value = |(at, c): (usize, &char)| match c {
        'X' | 'x' if at == 9 && compact.len() == 10 => Some(10),
        c => c.to_digit(10),
    };
    let digits: Vec<u32> = compact.iter().enumerate().map(value).collect::<Option<_>>()?;
    matches!(digits.len(), 10 | 13).then_some(digits)
}

fn weighted_sum(digits: &[u32], weight: impl Fn(usize) -> u32) -> u32 {
    digits.iter().enumerate().map(|(at, digit)| digit * weight(at)).sum()
}

impl Isbn {
    /// How many digits it has: 10 or 13.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.0.chars().filter(|c| *c != '-').count()
    }
}

impl Display for Isbn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Isbn {
    type Error = IsbnError;

    fn try_from(text: String) -> Result<Self, IsbnError> {
        text.parse()
    }
}

impl From<Isbn> for String {
    fn from(isbn: Isbn) -> Self {
        isbn.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_kinds_are_read_as_printed() {
        for (text, printed) in [
            ("0-306-40615-2", "0-306-40615-2"),
            ("0 8044 2957 X", "0-8044-2957-X"),
            ("978–0–306–40615–7", "978-0-306-40615-7"),
            ("9780306406157", "9780306406157"),
        ] {
            assert_eq!(text.parse::<Isbn>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn says_what_is_invalid() {
        let error = |text: &str| text.parse::<Isbn>().unwrap_err();
        assert_eq!(error("0-306-40615-3"), IsbnError::CheckDigit("0-306-40615-3".to_owned()));
        assert_eq!(error("978-0-306-40615-8"), IsbnError::CheckDigit("978-0-306-40615-8".to_owned()));
        assert_eq!(error("123-0-306-40615-7"), IsbnError::Prefix("123-0-306-40615-7".to_owned()));
        for text in ["", "1892", "0-306-4061X-2", "978030640615X"] {
            assert_eq!(error(text), IsbnError::Form(text.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn a_misread_digit_is_noticed(at in 0..13usize, other in 1..10u32) {
            let mut digits: Vec<u32> = "9780306406157".chars().filter_map(|c| c.to_digit(10)).collect();
            digits[at] = (digits[at] + other) % 10;
            let text: String = digits.iter().map(ToString::to_string).collect();
            prop_assert!(text.parse::<Isbn>().is_err(), "{}", text);
        }
    }
}
