use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::PageNumber;

/// What one call of a stage makes: a page, or the whole book (`scope = book`). Files have the page's number, or 0 for the book.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// A page.
    Page(PageNumber),
    /// The book; sorted after its pages.
    #[default]
    Book,
}

impl Unit {
    /// The page; `None` for the book.
    #[must_use]
    pub fn page(self) -> Option<PageNumber> {
        match self {
            Self::Book => None,
            Self::Page(page) => Some(page),
        }
    }

    /// The page's number; 0 for the book, as in files.
    #[must_use]
    pub fn number(self) -> u32 {
        self.page().map_or(0, PageNumber::get)
    }

    /// The page with this number; the book for 0.
    #[must_use]
    pub fn of_number(number: u32) -> Self {
        PageNumber::new(number).map_or(Self::Book, Self::Page)
    }

    /// The stem of its file names: `page_0007`, or `book`.
    #[must_use]
    pub fn stem(self) -> String {
        self.page().map_or_else(|| "book".to_owned(), PageNumber::stem)
    }

    /// The unit of a file name such as `page_0007.json` or `book.json`; `None` for any other name.
    #[must_use]
    pub fn of_file(name: &str) -> Option<Self> {
        if name == "book.json" { Some(Self::Book) } else { PageNumber::of_file(name).map(Self::Page) }
    }
}

impl From<PageNumber> for Unit {
    fn from(page: PageNumber) -> Self {
        Self::Page(page)
    }
}

/// `page 7`, or `the book`.
impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Book => f.write_str("the book"),
            Self::Page(page) => write!(f, "page {page}"),
        }
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.number())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(Self::of_number)
    }
}
