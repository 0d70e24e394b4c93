use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The id of a scanned book: a slug, `[a-z0-9][a-z0-9._-]*`, at most 100 bytes, which is also its folder's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScanId(String);

/// Why a text is not a valid book id.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error(
    "invalid book id `{found}`: expected 1 to 100 of a-z, 0-9, `.`, `_` and `-`, starting with a letter or a digit{}",
    suggestion(.found)
)]
pub struct ScanIdError {
    found: String,
}

impl ScanId {
    const MAX_LENGTH: usize = 100;

    /// Derives an id from any text: `The Gold Bug (1843)` becomes `the-gold-bug-1843`. `None` if no letter or digit is left.
    #[must_use]
    pub fn slug(text: &str) -> Option<Self> {
        use unicode_normalization::UnicodeNormalization;
        let mut slug = String::new();
        for character in text.nfkd().flat_map(char::to_lowercase) {
            match character {
                'a'..='z' | '0'..='9' => slug.push(character),
                '.' | '_' if !slug.is_empty() => slug.push(character),
                'ß' => slug.push_str("ss"),
                'æ' => slug.push_str("ae"),
                'œ' => slug.push_str("oe"),
                'ø' => slug.push('o'),
                'ł' => slug.push('l'),
                c if unicode_normalization::char::is_combining_mark(c) || c == '\'' || c == '’' => {}
                _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
                _ => {}
            }
        }
        slug.truncate(Self::MAX_LENGTH);
        let slug = slug.trim_end_matches(['-', '.', '_']);
        slug.parse().ok()
    }

    /// Whether Windows cannot have a folder of this name: a device such as `con` or `com1`, with or without an ending, or a full stop at the
    /// end ("Naming Files, Paths, and Namespaces" in Microsoft's documentation).
    #[must_use]
    pub fn is_device_name(&self) -> bool {
        let stem = self.0.split('.').next().unwrap_or_default();
        let numbered =
            |device: &str| stem.strip_prefix(device).is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']));
        self.0.ends_with('.') || matches!(stem, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn suggestion(found: &str) -> String {
    match ScanId::slug(found) {
        Some(id) if id.as_str() != found => format!(" (`{id}` would do)"),
        _ => String::new(),
    }
}

impl FromStr for ScanId {
    type Err = ScanIdError;

    fn from_str(text: &str) -> Result<Self, ScanIdError> {
        let fits = text.len() <= Self::MAX_LENGTH
            && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'));
        if fits { Ok(Self(text.to_owned())) } else { Err(ScanIdError { found: text.to_owned() }) }
    }
}

impl TryFrom<String> for ScanId {
    type Error = ScanIdError;

    fn try_from(text: String) -> Result<Self, ScanIdError> {
        text.parse()
    }
}

impl From<ScanId> for String {
    fn from(id: ScanId) -> Self {
        id.0
    }
}

impl fmt::Display for ScanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ScanId;

    #[test]
    fn only_slugs_are_ids() {
        for good in ["florida", "1892", "a.b_c-d"] {
            assert!(good.parse::<ScanId>().is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "../x", "A", "-a", "a/b", "a b", "ä", "a\0", &"x".repeat(101)] {
            assert!(bad.parse::<ScanId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn names_that_windows_reserves_are_known() {
        for (id, is_reserved) in [
            ("con", true),
            ("nul.1892", true),
            ("lpt1", true),
            ("a.", true),
            ("console", false),
            ("com", false),
            ("a.b", false),
        ] {
            assert_eq!(id.parse::<ScanId>().unwrap().is_device_name(), is_reserved, "{id}");
        }
    }

    #[test]
    fn any_title_has_a_slug() {
        let slug = |text: &str| ScanId::slug(text).map(|id| id.to_string());
        assert_eq!(slug("The Gold Bug (1843)").as_deref(), Some("the-gold-bug-1843"));
        assert_eq!(slug("Die Räuber – Straße").as_deref(), Some("die-rauber-strasse"));
        assert_eq!(slug("…"), None);
        assert_eq!(slug("戰爭"), None);
    }

    #[test]
    fn a_wrong_id_names_a_right_one() {
        let error = "My Book".parse::<ScanId>().unwrap_err().to_string();
        assert!(error.ends_with("(`my-book` would do)"), "{error}");
    }
}
