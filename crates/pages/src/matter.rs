use shelf_runtime::page;

/// What the text of a page is; `Text` is the main text of the book.
#[page]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "doc comments on variants would change the JSON Schema; the names are those of a book's parts"
)]
pub enum Matter {
    #[default]
    Text,
    TitlePage,
    Copyright,
    Dedication,
    TableOfContents,
    Preface,
    Foreword,
    Introduction,
    Acknowledgments,
    Epilogue,
    Appendix,
    Endnotes,
    Bibliography,
    References,
    Glossary,
    Index,
}

impl Matter {
    /// Whether it is front matter, before the main text.
    #[must_use]
    pub fn is_front(self) -> bool {
        matches!(
            self,
            Self::TitlePage
                | Self::Copyright
                | Self::Dedication
                | Self::TableOfContents
                | Self::Preface
                | Self::Foreword
        )
    }

    /// Whether it is back matter, after the main text.
    #[must_use]
    pub fn is_back(self) -> bool {
        matches!(
            self,
            Self::Appendix
                | Self::Endnotes
                | Self::Bibliography
                | Self::References
                | Self::Glossary
                | Self::Index
                | Self::Epilogue
        )
    }
}
