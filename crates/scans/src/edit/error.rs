use std::path::PathBuf;

use crate::file_error::FileError;
use crate::scan::SourceError;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::failure::Failure;
use shelf_runtime::inspect::LookError;
use shelf_runtime::report::ReportError;
use shelf_runtime::store::StoreError;

/// Why the scans of a book were not edited. The book is then unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The book has no such page.
    #[error("page {page} is out of range (`{book}` has {})", count(*last))]
    OutOfRange {
        /// The book.
        book: ScanId,
        /// The page that was named.
        page: PageNumber,
        /// The last page.
        last: u32,
    },
    /// There would be a gap between the last page and the new one.
    #[error("cannot insert page {page} into `{book}`, which has {}: expected 1 to {}", count(*last), last + 1)]
    Gap {
        /// The book.
        book: ScanId,
        /// The number that the new page would have.
        page: PageNumber,
        /// The last page.
        last: u32,
    },
    /// All pages would be removed.
    #[error("cannot remove all pages of `{book}`")]
    NoPagesLeft {
        /// The book.
        book: ScanId,
    },
    /// The file has several pages, and a page has one scan.
    #[error("{} has {pages} pages: expected 1 to replace a page", file.display())]
    SeveralPages {
        /// The file.
        file: PathBuf,
        /// Pages in it.
        pages: usize,
    },
    /// The new scan cannot be read.
    #[error("cannot read {}: {failure}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The cause.
        failure: Box<Failure>,
    },
    /// The page has no scan that could be rotated.
    #[error("page {page} of `{book}` has no scan to rotate")]
    NoScan {
        /// The book.
        book: ScanId,
        /// The page.
        page: PageNumber,
    },
    /// No such page was put aside.
    #[error("`{book}` has no page {name} that could be restored")]
    NotRemoved {
        /// The book.
        book: ScanId,
        /// The number or name of the page.
        name: String,
    },
    /// The book has pages of a stage that is not linked, so it is unknown how to renumber them.
    #[error("cannot renumber the pages in `{folder}`: this program has no stage of that name")]
    UnknownStage {
        /// The book.
        book: ScanId,
        /// The folder in the book.
        folder: String,
    },
    /// A file or folder cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The book cannot be inspected.
    #[error(transparent)]
    Look(#[from] LookError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A report cannot be rewritten.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// It was interrupted.
    #[error("stopped; nothing was changed")]
    Stopped,
}

impl EditError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoPagesLeft { book } => Some(format!("delete the book: `shelf delete {book}`")),
            Self::SeveralPages { .. } => {
                Some("insert them with `shelf page BOOK insert`, then drop the old page".to_owned())
            }
            Self::NoScan { book, page } => Some(format!("add one: `shelf page {book} replace {page} FILE`")),
            Self::NotRemoved { book, .. } => {
                Some(format!("`shelf page {book} restore` lists the pages that can be restored"))
            }
            Self::UnknownStage { folder, .. } => {
                Some(format!("use the program that has the stage `{folder}`, or delete that folder"))
            }
            Self::Unreadable { failure, .. } => failure.hint.clone(),
            _ => None,
        }
    }
}

impl From<SourceError> for EditError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::File(error) => Self::File(error),
            SourceError::Unreadable { file, failure } => Self::Unreadable { file, failure },
            SourceError::Stopped => Self::Stopped,
        }
    }
}

fn count(pages: u32) -> String {
    if pages == 1 { "1 page".to_owned() } else { format!("{pages} pages") }
}
