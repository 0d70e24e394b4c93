use serde::Deserialize;

/// What a typeset page shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PageTruth {
    /// Its lines: the head, the text, the notes, the foot.
    pub lines: Vec<TrueLine>,
}

/// A line of a typeset page, or the part of it that is of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TrueLine {
    /// What it is.
    pub kind: Kind,
    /// The number of its paragraph in the book; 0 for what is outside the text.
    pub paragraph: u32,
    /// Its text as printed, with the hyphen at its end.
    pub text: String,
}

/// What a line of a book is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Running text.
    Body,
    /// The number or title of a chapter or section.
    Heading,
    /// A running head.
    Head,
    /// The page number.
    Folio,
    /// A note at the foot.
    Note,
    /// A quotation in a paragraph of its own.
    Quotation,
    /// A line of verse.
    Verse,
    /// The caption of a figure.
    Caption,
    /// A cell of a table.
    Table,
    /// An item of a list.
    List,
    /// Place and date of a letter or preface.
    Date,
    /// The end of a letter or preface: closing and name.
    Signature,
    /// An entry of the table of contents.
    Contents,
    /// A line of the title page.
    TitlePage,
    /// The mark of a printed sheet: `B`.
    SignatureMark,
}

impl Kind {
    /// Whether the line is outside the text of the book.
    #[must_use]
    pub fn is_outside_text(self) -> bool {
        matches!(self, Self::Head | Self::Folio | Self::SignatureMark)
    }
}

impl PageTruth {
    /// The number printed on the page, without what is around it.
    #[must_use]
    pub fn folio(&self) -> Option<String> {
        let folio = self.lines.iter().find(|line| line.kind == Kind::Folio)?;
        Some(folio.text.chars().filter(|c| c.is_alphanumeric()).collect())
    }

    /// The text of the page, line by line.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}
