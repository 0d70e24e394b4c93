use shelf_runtime::page;

/// The label of a block: its function in the book.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(
    missing_docs,
    reason = "doc comments on variants would change the JSON Schema; the names are those of the page formats"
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

/// How a block is presented to a reader: the labels in a few groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextRole {
    /// Running text, in whatever part of the book.
    Text,
    /// A heading of a chapter or section.
    Heading,
    /// A quotation or epigraph.
    Quotation,
    /// A footnote or endnote.
    Note,
    /// A caption, or a label within an illustration.
    Caption,
    /// A table.
    Table,
    /// A running head or foot, or a page number.
    HeaderOrFooter,
    /// Noise that was recognised as text.
    Noise,
}

impl Classification {
    /// The label of this name, in either case: `FOOTNOTE`, `chapter heading`.
    ///
    /// # Errors
    /// There is no such label; the message lists all.
    pub fn parse(name: &str) -> Result<Self, String> {
        let key = name.trim().to_uppercase().replace([' ', '-'], "_");
        serde_json::from_value(serde_json::Value::from(key)).map_err(|error| {
            let all = error.to_string();
            let labels = all.split_once("expected one of ").map_or("", |(_, labels)| labels).replace('`', "");
            format!("unknown label \"{}\"; the labels are {labels}", name.trim())
        })
    }

    /// Its name as in the page formats: `CHAPTER_HEADING`.
    #[must_use]
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(ToOwned::to_owned)).unwrap_or_default()
    }

    /// How the block is presented to a reader.
    #[must_use]
    pub fn role(self) -> TextRole {
        match self {
            Self::ChapterHeading | Self::SectionHeading => TextRole::Heading,
            Self::Quote | Self::Epigraph => TextRole::Quotation,
            Self::Footnote | Self::Endnotes => TextRole::Note,
            Self::IllustrationCaption | Self::Caption | Self::MapLabel | Self::DiagramLabel | Self::PhotoCredit => {
                TextRole::Caption
            }
            Self::Table => TextRole::Table,
            Self::Header | Self::Footer | Self::PageNumber => TextRole::HeaderOrFooter,
            Self::OcrArtifact => TextRole::Noise,
            Self::TitlePage
            | Self::Copyright
            | Self::Dedication
            | Self::TableOfContents
            | Self::Preface
            | Self::Foreword
            | Self::Introduction
            | Self::Body
            | Self::Bibliography
            | Self::References
            | Self::Index
            | Self::Epilogue
            | Self::Appendix
            | Self::Glossary
            | Self::Acknowledgments
            | Self::Other => TextRole::Text,
        }
    }

    /// Whether paragraphs of blocks with these labels can be joined: both are text, or both notes, and so on.
    #[must_use]
    pub fn joins(self, other: Self) -> bool {
        let same = |role: TextRole| if role == TextRole::Quotation { TextRole::Text } else { role };
        !matches!(self.role(), TextRole::HeaderOrFooter | TextRole::Noise) && same(self.role()) == same(other.role())
    }

    /// Whether the block is outside the flow of the running text: headers, footers, page numbers, footnotes, captions, tables, noise.
    #[must_use]
    pub fn is_outside_text_flow(self) -> bool {
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
