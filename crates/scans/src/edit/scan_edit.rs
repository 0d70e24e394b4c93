use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::rotation::Rotation;
use shelf_runtime::book::PageNumber;

/// An edit of a book's scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanEdit {
    /// Replaces the scan of a page with the one in a file.
    Replace {
        /// The page.
        page: PageNumber,
        /// The file, with one page.
        file: PathBuf,
    },
    /// Inserts the scans in these files as pages; the pages from `page` on move back.
    Insert {
        /// The number of the first new page.
        page: PageNumber,
        /// The files, in the given order.
        files: Vec<PathBuf>,
    },
    /// Removes these pages; those after them move up.
    Drop {
        /// The pages.
        pages: BTreeSet<PageNumber>,
    },
    /// Rotates the scan of a page.
    Rotate {
        /// The page.
        page: PageNumber,
        /// By how much, clockwise.
        rotation: Rotation,
    },
    /// Restores a page that an edit put aside, with what stages had made of it.
    Restore {
        /// Its name in `removed`; see [`removed_pages`](super::removed_pages).
        name: String,
    },
}
