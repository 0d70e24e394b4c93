use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a block of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(
    missing_docs,
    reason = "a variant's doc comment would change the schema; the names are those of the page formats"
)]
pub enum Classification {
    TitlePage,
    Copyright,
    Dedication,
    TableOfContents,
    Preface,
    Foreword,
    Introduction,
    ChapterHeading,
    SectionHeading,
    Body,
    Quote,
    Epigraph,
    Footnote,
    Endnotes,
    Bibliography,
    References,
    Index,
    Epilogue,
    Appendix,
    Glossary,
    Acknowledgments,
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
    Other,
}

impl Classification {
    /// Whether the block stands beside the page's text and is no part of its flow: heads, feet, folios, notes, captions, noise.
    #[must_use]
    pub fn is_apart_from_the_text(self) -> bool {
        matches!(
            self,
            Self::Header
                | Self::Footer
                | Self::PageNumber
                | Self::Footnote
                | Self::IllustrationCaption
                | Self::Caption
                | Self::MapLabel
                | Self::DiagramLabel
                | Self::PhotoCredit
                | Self::Table
                | Self::OcrArtifact
        )
    }
}
