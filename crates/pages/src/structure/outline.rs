use shelf_runtime::page;

/// A heading in the outline of a book.
#[page]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineEntry {
    /// The heading's element.
    #[garde(range(min = 1))]
    pub element: u32,
    /// What it opens.
    pub heading: HeadingKind,
    /// Its level, 1..=6; the same for all headings of a kind.
    #[garde(range(min = 1, max = 6))]
    pub level: u32,
    /// Its number, such as `CHAPTER II`: without the full stop, and with a numeral that was misread (`11`) corrected if its neighbours show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its title on one line; empty if there is only a number.
    pub title: String,
    /// The scan on which it begins.
    #[garde(range(min = 1))]
    pub page: u32,
    /// The number printed on that page, or implied by its neighbours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed_page_number: Option<String>,
}

/// What a heading opens.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
pub enum HeadingKind {
    /// A part of the front matter: preface, contents, introduction.
    FrontMatter,
    /// A part of the book that contains chapters.
    Part,
    /// A chapter.
    Chapter,
    /// A section of a chapter.
    Section,
    /// A part of the back matter: appendix, index.
    BackMatter,
}

impl OutlineEntry {
    /// Number and title on one line: `CHAPTER II. Of the Hyphen`.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.number, self.title.as_str()) {
            (Some(number), "") => number.clone(),
            (Some(number), title) => format!("{number}. {title}"),
            (None, title) => title.to_owned(),
        }
    }
}
