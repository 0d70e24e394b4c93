//! Whether a stage shows a language model the picture of the page.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// What `--vision` says: the value of an option of every stage that may send a model the picture of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vision {
    /// Where the text alone cannot tell
    #[default]
    Auto,
    /// With every question
    Always,
    /// Never
    Never,
}

impl Vision {
    /// Whether the picture is sent with a question; `text_cannot_tell` whether it needs one.
    #[must_use]
    pub fn shows(self, text_cannot_tell: bool) -> bool {
        match self {
            Self::Auto => text_cannot_tell,
            Self::Always => true,
            Self::Never => false,
        }
    }
}
