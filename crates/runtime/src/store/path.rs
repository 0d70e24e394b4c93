use std::fmt;

use crate::book::{PageNumber, ScanId, Unit};

/// A file of a book: its id, then folders and a name, which cannot lead out of the book.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BookPath {
    book: ScanId,
    relative: String,
}

/// Why a text is not a valid path in a book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid path in a book `{0}`: expected names joined by `/`, none of them empty, `.` or `..`")]
pub struct BookPathError(String);

impl BookPath {
    /// The file `relative` of `book`.
    pub fn new(book: &ScanId, relative: &str) -> Result<Self, BookPathError> {
        let fits =
            relative.split('/').all(|name| !matches!(name, "" | "." | "..") && !name.contains(['\\', '\0', ':']));
        if fits {
            Ok(Self { book: book.clone(), relative: relative.to_owned() })
        } else {
            Err(BookPathError(relative.to_owned()))
        }
    }

    /// `metadata.json`.
    #[must_use]
    pub fn metadata(book: &ScanId) -> Self {
        Self { book: book.clone(), relative: "metadata.json".to_owned() }
    }

    /// `<stage>/page_NNNN.json`.
    #[must_use]
    pub fn page(book: &ScanId, stage: &str, page: PageNumber) -> Self {
        Self { book: book.clone(), relative: format!("{stage}/{}.json", page.stem()) }
    }

    /// `<stage>/book.json`, which a book stage makes.
    #[must_use]
    pub fn book_output(book: &ScanId, stage: &str) -> Self {
        Self { book: book.clone(), relative: format!("{stage}/book.json") }
    }

    /// The output of a stage for a page, or for the book.
    #[must_use]
    pub fn output(book: &ScanId, stage: &str, unit: Unit) -> Self {
        Self { book: book.clone(), relative: format!("{stage}/{}.json", unit.stem()) }
    }

    /// The book.
    #[must_use]
    pub fn book(&self) -> &ScanId {
        &self.book
    }

    /// The path in the book's folder, with `/`.
    #[must_use]
    pub fn relative(&self) -> &str {
        &self.relative
    }
}

/// `<scan-id>/<path>`.
impl fmt::Display for BookPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.book, self.relative)
    }
}

#[cfg(test)]
mod tests {
    use super::BookPath;

    #[test]
    fn no_path_leaves_its_book() {
        let book = "florida".parse().unwrap();
        assert_eq!(BookPath::new(&book, "ocr/page_0001.json").unwrap().to_string(), "florida/ocr/page_0001.json");
        for bad in ["", "/etc/passwd", "../other", "ocr/../../x", "ocr//x", "ocr/.", "C:x", "a\\b", "a\0"] {
            assert!(BookPath::new(&book, bad).is_err(), "{bad:?}");
        }
    }
}
