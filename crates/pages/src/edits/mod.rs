//! What a person knows about a page: edits of its text, labels and printed page number. Each is a small file in the folder `edits` of the
//! book, named after its page; the stage that merges a page applies them last, so that they win over rules and models.
//!
//! They are kept in this crate because they are a format of the book, like the pages: the stage reads them, and programs that edit a book
//! write them.

mod apply;
mod changes;
mod edit;
mod folder;
mod markup;
mod page_edits;

pub use apply::{apply_edits, edited_page_number};
pub use changes::{ChangeError, Wanted, change, difference};
pub use edit::{Edit, EditChange, StoredEdit};
pub use folder::{Author, EDITS, EditsError, all_edits, edits_of_page, remove_edit, write_edit};
pub use markup::{MarkupError, parse_markup, to_markup};
pub use page_edits::PageEdits;
