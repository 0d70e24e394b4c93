use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan};
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::clock::now;
use shelf_runtime::store::{
    BookPath, BookPathError, KeptFile, Store, StoreError, kept_file_name, kept_files, kept_files_of_page,
};

use super::{Edit, EditChange, StoredEdit};

/// The folder of a book with its edits.
pub const EDITS: &str = "edits";

/// Why the edits of a book cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditsError {
    /// A file is not an edit.
    #[error("{path} is not an edit: {problem}")]
    File {
        /// The file.
        path: BookPath,
        /// What is wrong with it.
        problem: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The id of an edit is not a valid file name.
    #[error(transparent)]
    Path(#[from] BookPathError),
    /// An edit cannot be written as JSON.
    #[error("cannot write an edit as JSON")]
    Json(#[from] serde_json::Error),
}

/// Who makes an edit, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Author {
    /// Who.
    pub by: String,
    /// Why, if known.
    pub why: Option<String>,
}

/// The edits of a page, the oldest first.
///
/// # Errors
/// A file cannot be read or is not an edit.
pub fn edits_of_page(store: &dyn Store, book: &ScanId, page: PageNumber) -> Result<Vec<StoredEdit>, EditsError> {
    parsed(&kept_files_of_page(store, book, EDITS, page)?)
}

/// The edits of all pages of a book, those of a page the oldest first.
///
/// # Errors
/// A file cannot be read or is not an edit.
pub fn all_edits(store: &dyn Store, book: &ScanId) -> Result<BTreeMap<PageNumber, Vec<StoredEdit>>, EditsError> {
    kept_files(store, book, EDITS)?.into_iter().map(|(page, files)| Ok((page, parsed(&files)?))).collect()
}

/// Writes an edit of a page, after those that the page has. The caller holds the book's lock.
///
/// # Errors
/// The edits of the page cannot be read, or the new one not be written.
pub fn write_edit(
    store: &dyn Store,
    book: &ScanId,
    page: PageNumber,
    change: EditChange,
    author: &Author,
) -> Result<StoredEdit, EditsError> {
    let last = edits_of_page(store, book, page)?.pop();
    let when = after(last.as_ref().map(|last| last.edit.when));
    let mut id = when.strftime("%Y%m%dT%H%M%S%6fZ").to_string();
    if let Some(last) = last.filter(|last| last.id >= id) {
        // Somebody has given an edit another name; the new one comes after it all the same.
        id = format!("{}-2", last.id);
    }
    let edit = Edit { change, by: author.by.clone(), when, why: author.why.clone() };
    let mut bytes = serde_json::to_vec_pretty(&edit)?;
    bytes.push(b'\n');
    store.write(&path(book, page, &id)?, &bytes)?;
    Ok(StoredEdit { id, edit })
}

/// Removes an edit of a page. The caller holds the book's lock.
///
/// # Errors
/// It cannot be removed.
pub fn remove_edit(store: &dyn Store, book: &ScanId, page: PageNumber, id: &str) -> Result<(), EditsError> {
    Ok(store.remove(&path(book, page, id)?)?)
}

/// The current time, but after `last`, so that no two edits of a page have the same id.
fn after(last: Option<Timestamp>) -> Timestamp {
    let next = last.and_then(|last| last.checked_add(1.microsecond()).ok());
    next.map_or_else(now, |next| next.max(now()))
}

fn path(book: &ScanId, page: PageNumber, id: &str) -> Result<BookPath, BookPathError> {
    BookPath::new(book, &format!("{EDITS}/{}", kept_file_name(page, &format!("{id}.json"))))
}

/// The edits in these files; files of other kinds are left out.
pub(super) fn parsed(files: &[KeptFile]) -> Result<Vec<StoredEdit>, EditsError> {
    let edits = files.iter().filter_map(|file| Some((file.name.strip_suffix(".json")?, file)));
    edits
        .map(|(id, file)| {
            let edit = serde_json::from_slice(&file.bytes)
                .map_err(|error| EditsError::File { path: file.path.clone(), problem: problem(&file.bytes, &error) })?;
            Ok(StoredEdit { id: id.to_owned(), edit })
        })
        .collect()
}

/// Why a file is not an edit: its kind is one that this version does not have, or something is wrong with its fields.
fn problem(bytes: &[u8], error: &serde_json::Error) -> String {
    let value: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
    match value["concerns"].as_str() {
        Some(kind) if !EditChange::KINDS.contains(&kind) => format!(
            "unknown kind \"{kind}\"; this version of shelf knows {}; a later version may have written it",
            EditChange::KINDS.join(", ")
        ),
        _ => error.to_string(),
    }
}
