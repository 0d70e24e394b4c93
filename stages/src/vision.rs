//! Whether a stage sends a language model the image of the page, and which part of it.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use shelf::Metric;
use shelf::llm::{Excerpt, Llm, Region};
use shelf_pages::Bbox;

/// The value of `--vision`, an option of every stage that may send a model the image of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vision {
    /// If the text alone is not enough
    #[default]
    Auto,
    /// With every question
    Always,
    /// Never
    Never,
}

/// Which part of a page's scan a model was shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Metric)]
pub enum PictureSent {
    /// Nothing: it was asked with text alone, or not at all.
    #[default]
    None,
    /// Strips of it, in one image.
    Strips,
    /// All of it.
    Page,
}

impl Vision {
    /// Whether to send the image with a question; `needs_image` if the text alone is not enough.
    #[must_use]
    pub fn shows(self, needs_image: bool) -> bool {
        match self {
            Self::Auto => needs_image,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Whether the model accepts images; if not, a warning goes to the page's log.
pub(crate) async fn accepts_images(llm: &Llm) -> bool {
    let sees = llm.accepts_pictures().await;
    if !sees {
        tracing::warn!("the model does not accept images; asking with text alone");
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
