use std::io;
use std::path::{Path, PathBuf};

use crate::intake::AddError;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::failure::Failure;
use shelf_runtime::inspect::LookError;
use shelf_runtime::report::ReportError;
use shelf_runtime::store::StoreError;

/// Why a book was not mended. It is as it was then.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    /// The book has no such page.
    #[error("`{book}` has no page {page}: its pages are 1 to {last}")]
    NoPage {
        /// The book.
        book: ScanId,
        /// The page that was named.
        page: PageNumber,
        /// The last page.
        last: u32,
    },
    /// There would be pages between the last one and the new one.
    #[error("page {page} cannot be put into `{book}`: it has {}, and a new one is put in as page 1 to {}", pages(*last), last + 1)]
    Gap {
        /// The book.
        book: ScanId,
        /// The number that the new page would have.
        page: PageNumber,
        /// The last page.
        last: u32,
    },
    /// Nothing would be left.
    #[error("`{book}` would have no page left")]
    NothingLeft {
        /// The book.
        book: ScanId,
    },
    /// A page has one scan.
    #[error("{} holds {pages} pages, and one scan takes the place of one page", file.display())]
    SeveralPages {
        /// The file.
        file: PathBuf,
        /// Pages in it.
        pages: usize,
    },
    /// The new scan cannot be opened.
    #[error("{} cannot be a page: {failure}", file.display())]
    Scan {
        /// The file.
        file: PathBuf,
        /// Why.
        failure: Box<Failure>,
    },
    /// The page has no scan that could be turned.
    #[error("page {0} has no scan to turn")]
    NoScan(PageNumber),
    /// Pages of a stage that is not linked: nobody here knows what else in them would change.
    #[error("`{folder}` holds pages of a stage that this program does not know, and their numbers would move")]
    UnknownStage {
        /// The folder in the book.
        folder: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// `read`, `link`, …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What is given cannot be added.
    #[error(transparent)]
    Add(#[from] AddError),
    /// The book cannot be looked at.
    #[error(transparent)]
    Look(#[from] LookError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A report could not be written anew.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl MendError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// Whether a file that was named is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NothingLeft { book } => Some(format!("remove the book: `shelf delete {book}`")),
            Self::SeveralPages { .. } => {
                Some("put them in instead, with `shelf page BOOK insert`, and drop the old page".to_owned())
            }
            Self::NoScan(page) => Some(format!("give it one: `shelf page BOOK replace {page} FILE`")),
            Self::UnknownStage { folder } => {
                Some(format!("mend the book with the program that made `{folder}`, or remove that folder"))
            }
            Self::Scan { failure, .. } => failure.hint.clone(),
            _ => None,
        }
    }
}

fn pages(number: u32) -> String {
    if number == 1 { "1 page".to_owned() } else { format!("{number} pages") }
}
