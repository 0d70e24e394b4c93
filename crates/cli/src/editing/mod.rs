//! What a person knows, from the command line: finding the page that is edited, saving edits, and making the page again.

mod adopt;
mod editor;
mod json_edit;
mod listing;
mod merged_book;
mod remake;
mod target;
mod undo;

pub(crate) use adopt::adopt;
pub(crate) use editor::{discard_draft, edit_page};
pub(crate) use json_edit::JsonEdit;
pub(crate) use listing::{edits_of, list};
pub(crate) use merged_book::{MergedBook, NewEdit, OpenPage};
pub(crate) use remake::{report_adopted, report_saved};
pub(crate) use target::{LabelTarget, PageNumberTarget, ParagraphTarget, SplitTarget, TextTarget, UndoTarget};
pub(crate) use undo::undo;
