//! What a person knows about a page: edits of its text, paragraphs, labels and printed page number. Each is a small file in the folder `edits` of the
//! book, named after its page; the stage that merges a page applies them last, so that they win over rules and models.
//!
//! They are kept in this crate because they are a format of the book, like the pages: the stage reads them, and programs that edit a book
//! write them.

mod apply;
mod changes;
mod delete;
mod edit;
mod find;
mod folder;
mod join;
mod markup;
mod page_edits;
mod split;
#[cfg(test)]
mod test_blocks;
mod words;

pub use apply::{apply_edits, edited_page_number};
pub use changes::{ChangeError, ParagraphAction, SplitPlace, Wanted, change, difference};
pub use edit::{Edit, EditChange, StoredEdit};
pub use folder::{Author, EDITS, EditsError, all_edits, edits_of_page, remove_edit, write_edit};
pub use markup::{MarkupError, parse_markup, to_markup};
pub use page_edits::PageEdits;
