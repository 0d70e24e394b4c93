use serde::Deserialize;
use shelf_pages::{Classification, Continuation};

/// What is read of a page: the blocks of a merged page, or of any other page with text.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ReadablePage {
    pub(crate) page_number: u32,
    #[serde(default)]
    pub(super) printed_page_number: Option<String>,
    pub(super) blocks: Vec<ReadableBlock>,
    #[serde(default)]
    pub(super) continuation: Continuation,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReadableBlock {
    /// What the block is; a page that has no labels is all body.
    #[serde(default = "body")]
    pub(super) classification: Classification,
    pub(super) paragraphs: Vec<ReadableParagraph>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReadableParagraph {
    pub(super) text: Option<String>,
}

fn body() -> Classification {
    Classification::Body
}
