//! Whether a stage shows a language model the picture of the page, and what of it.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use shelf::Metric;
use shelf::llm::{Excerpt, Llm, Region};
use shelf_pages::Bbox;

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

/// What of a page's scan a model was shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Metric)]
pub enum PictureSent {
    /// Nothing: it was asked by text alone, or not asked.
    #[default]
    None,
    /// Strips of it, in one picture.
    Strips,
    /// All of it.
    Page,
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

/// Whether the model takes the picture that a page is to be asked about with; the page's log tells where it does not.
pub(crate) async fn is_seen_by(llm: &Llm) -> bool {
    let sees = llm.takes_pictures().await;
    if !sees {
        tracing::warn!("the model takes no pictures: it is asked by text alone");
    }
    sees
}

/// The region of the scan inside a bounding box.
pub(crate) fn region_of(Bbox { x, y, width, height }: Bbox) -> Region {
    Region { x, y, width, height }
}

impl From<Option<&Excerpt>> for PictureSent {
    fn from(shown: Option<&Excerpt>) -> Self {
        match shown {
            None => Self::None,
            Some(Excerpt::Strips { .. }) => Self::Strips,
            Some(Excerpt::Page) => Self::Page,
        }
    }
}
