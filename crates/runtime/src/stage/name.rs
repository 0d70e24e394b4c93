use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A stage's name, which is also its folder: `[a-z][a-z0-9_]*`, at most 40 bytes, different from the book's own folders and files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StageName(String);

/// Why a text is not a valid stage name.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum StageNameError {
    /// It has invalid characters, or is too long.
    #[error("invalid stage name `{0}`: expected a lower-case letter, then up to 39 of a-z, 0-9 and `_`")]
    Shape(String),
    /// It is reserved.
    #[error("`{0}` is reserved: a book keeps other things under that name")]
    Reserved(String),
}

impl StageName {
    /// Names reserved for other uses in a book's folder. `#[stage]` refuses the same ones.
    pub const RESERVED: &'static [&'static str] =
        &["source", "images", "existing_text", "exports", "prompts", "metadata", "logs", "llm", "all"];

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StageName {
    type Err = StageNameError;

    fn from_str(text: &str) -> Result<Self, StageNameError> {
        let fits = text.len() <= 40
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        match fits {
            false => Err(StageNameError::Shape(text.to_owned())),
            true if Self::RESERVED.contains(&text) => Err(StageNameError::Reserved(text.to_owned())),
            true => Ok(Self(text.to_owned())),
        }
    }
}

impl TryFrom<String> for StageName {
    type Error = StageNameError;

    fn try_from(text: String) -> Result<Self, StageNameError> {
        text.parse()
    }
}

impl From<StageName> for String {
    fn from(name: StageName) -> Self {
        name.0
    }
}

impl fmt::Display for StageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
