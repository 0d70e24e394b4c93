use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An identifier of a book in a scheme, such as `oclc:1234567`, beside its ISBN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Identifier {
    /// The scheme, in lower case: `doi`, `oclc`, `lccn`, `issn`, `ark`, `urn`, `url`, or that of a library.
    #[serde(default)]
    pub scheme: String,
    /// The identifier.
    pub value: String,
}

/// Why a text is not a valid identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifierError {
    /// It has no scheme.
    #[error("invalid identifier \"{0}\": expected a scheme and a value, such as `oclc:1234567` or `doi:10.1000/182`")]
    Form(String),
    /// Its value is not one of the scheme.
    #[error("invalid {scheme} \"{value}\": expected {expected}")]
    Value {
        /// The scheme.
        scheme: String,
        /// The value.
        value: String,
        /// What values look like.
        expected: &'static str,
    },
}

impl FromStr for Identifier {
    type Err = IdentifierError;

    /// Reads `scheme:value`; a web address and a URN are their own schemes.
    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let text = text.trim();
        let form = || IdentifierError::Form(text.to_owned());
        let (scheme, value) = text.split_once(':').ok_or_else(form)?;
        let scheme = scheme.trim().to_lowercase();
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let (scheme, value) = match scheme.as_str() {
            "http" | "https" => ("url".to_owned(), text),
            "urn" => (scheme, text),
            _ => (scheme, value.trim()),
        };
        if !is_scheme || value.is_empty() || value.contains([';', '\u{7f}']) || value.chars().any(char::is_control) {
            return Err(form());
        }
        match problem(&scheme, value) {
            None => Ok(Self { scheme, value: value.to_owned() }),
            Some(expected) => Err(IdentifierError::Value { scheme, value: value.to_owned(), expected }),
        }
    }
}

/// What a value of a known scheme looks like, if this does not look like one.
fn problem(scheme: &str, value: &str) -> Option<&'static str> {
    let digits = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let has_space = value.contains(char::is_whitespace);
    let (is_valid, expected) = match scheme {
        "doi" => (value.starts_with("10.") && value.contains('/') && !has_space, "`10.`, a number, `/` and a name"),
        "oclc" => (digits(value.trim_start_matches(|c: char| c.is_ascii_alphabetic())), "digits"),
        "issn" => (is_issn(value), "eight digits with a valid check digit, such as `0317-8471`"),
        "lccn" => (value.bytes().any(|byte| byte.is_ascii_digit()), "digits, and a prefix of letters if it has one"),
        "ark" => (value.trim_start_matches('/').contains('/') && !has_space, "a number, `/` and a name"),
        "url" => (value.contains("://") && !has_space, "a web address without spaces"),
        "urn" => {
            (value.splitn(3, ':').filter(|part| !part.is_empty()).count() == 3 && !has_space, "`urn:NAMESPACE:NAME`")
        }
        _ => (true, ""),
    };
    (!is_valid).then_some(expected)
}

/// Whether the last digit is the check digit of ISO 3297.
fn is_issn(value: &str) -> bool {
    let compact: Vec<char> = value.chars().filter(|c| *c != '-').collect();
    let digit = |(at, c): (usize, &char)| match c {
        'X' | 'x' if at == 7 => Some(10),
        c => c.to_digit(10),
    };
    let digits: Option<Vec<u32>> = compact.iter().enumerate().map(digit).collect();
    digits.is_some_and(|digits| {
        digits.len() == 8
            && digits.iter().zip((1..=8).rev()).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 == 0
    })
}

/// `oclc:1234567`; a web address or URN as it is.
impl Display for Identifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.scheme.as_str() {
            "" | "url" | "urn" => f.write_str(&self.value),
            scheme => write!(f, "{scheme}:{}", self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_read_and_shown_alike() {
        for text in [
            "oclc:1234567",
            "doi:10.1000/182",
            "issn:0317-8471",
            "https://example.org/book?id=7",
            "urn:nbn:de:101:1-2019",
        ] {
            assert_eq!(text.parse::<Identifier>().unwrap().to_string(), text);
        }
        assert_eq!("OCLC: ocm1234567".parse::<Identifier>().unwrap().to_string(), "oclc:ocm1234567");
        assert_eq!("vd17:23:231445X".parse::<Identifier>().unwrap().value, "23:231445X");
    }

    #[test]
    fn errors_say_what_is_expected() {
        for (text, said) in [
            ("1234567", "invalid identifier \"1234567\": expected a scheme and a value"),
            ("oclc:", "expected a scheme and a value"),
            ("doi:182", "invalid doi \"182\": expected `10.`, a number"),
            ("issn:0317-8472", "invalid issn \"0317-8472\": expected eight digits with a valid check digit"),
            ("oclc:12x", "invalid oclc \"12x\": expected digits"),
            ("https://example.org/a book", "expected a web address without spaces"),
        ] {
            let error = text.parse::<Identifier>().unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
