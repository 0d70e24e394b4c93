//! `shelf page`: edits the scans of a book that exists already. A better scan replaces that of a page, a missing page is inserted, a page that was
//! scanned twice is removed, one that lies on its side is rotated. What an edit puts aside can be restored (`removed`).
//!
//! The edited book is built in a hidden folder, of links to the files that do not change, and is exchanged with the old one in a single step:
//! a book is never half renumbered. Where page numbers change, the records change with them (`records`), so that no page is made again
//! only because of its number.

mod book_copy;

mod edit_scans;
mod error;
mod records;
mod removed;
mod renumbering;
mod scan_edit;

pub use edit_scans::{EditSummary, edit_scans};
pub use error::EditError;
pub use removed::{Removal, RemovedPage, RemovingEdit, removed_pages};
pub use scan_edit::ScanEdit;

pub use crate::rotation::Rotation;
