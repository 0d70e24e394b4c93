use serde::Deserialize;

/// What is read of a page: the blocks of a page as `merged` or `ocr` writes it.
#[derive(Debug, Clone, Default, Deserialize)]
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
    #[serde(default)]
    pub(super) classification: Classification,
    pub(super) paragraphs: Vec<ReadableParagraph>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReadableParagraph {
    pub(super) text: Option<String>,
}

/// How the text of a page goes on across its edges.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Continuation {
    pub(super) continues_to_next: bool,
    pub(super) word_to_next: Option<SplitWord>,
}

/// A word that a page break has split.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SplitWord {
    pub(super) begins: String,
    pub(super) ends: String,
    pub(super) whole: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Classification {
    TitlePage,
    Copyright,
    Dedication,
    TableOfContents,
    ChapterHeading,
    SectionHeading,
    Quote,
    Epigraph,
    Footnote,
    Endnotes,
    Index,
    Header,
    Footer,
    PageNumber,
    IllustrationCaption,
    Caption,
    Table,
    MapLabel,
    DiagramLabel,
    PhotoCredit,
    OcrArtifact,
    #[default]
    #[serde(other)]
    Body,
}
