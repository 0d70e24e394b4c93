use shelf_runtime::page;

/// Text in reading order, as a list of spans.
#[page]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passage {
    /// Its spans.
    pub spans: Vec<Span>,
}

/// A paragraph of `merged`, or a part of it.
#[page]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The scan that it is on.
    #[garde(range(min = 1))]
    pub page: u32,
    /// The block's number in `merged`.
    pub block_num: u32,
    /// The paragraph's number in the block.
    pub par_num: u32,
    /// The part of the paragraph's text; absent for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chars: Option<CharRange>,
    /// What is between it and the span before.
    #[serde(default, skip_serializing_if = "Join::is_space")]
    pub join: Join,
    /// The element with the note, if the span is the mark of a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<u32>,
}

/// A part of a text, in characters (Unicode scalar values) counted from 0.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CharRange {
    /// The first character.
    pub start: u32,
    /// The one after the last.
    pub end: u32,
}

/// What is between two spans of a passage.
#[page]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// A space.
    #[default]
    Space,
    /// Nothing; a hyphen at the end of the span before belongs to the word.
    Direct,
    /// Nothing; the hyphen at the end of the span before only divides the word.
    DropHyphen,
    /// A line break, as printed.
    Line,
}

impl Join {
    /// Whether it is a space.
    #[must_use]
    pub fn is_space(&self) -> bool {
        *self == Self::Space
    }
}

impl Passage {
    /// The page on which it begins; `None` if it is empty.
    #[must_use]
    pub fn page(&self) -> Option<u32> {
        self.spans.first().map(|span| span.page)
    }
}

impl From<Vec<Span>> for Passage {
    fn from(spans: Vec<Span>) -> Self {
        Self { spans }
    }
}
