use shelf_pages::edits::{StoredEdit, all_edits, remove_edit};
use shelf_runtime::book::PageNumber;
use shelf_runtime::store::Store;

use super::{MergedBook, UndoTarget};
use crate::error::{CliError, Result};

/// Removes an edit, and returns it with its page.
pub(crate) fn undo(book: &MergedBook<'_>, target: &UndoTarget) -> Result<(PageNumber, StoredEdit)> {
    let _lock = book.context.store.lock(&book.id)?;
    let all = all_edits(&book.context.store, &book.id)?;
    let edits = all.iter().flat_map(|(page, edits)| edits.iter().map(move |edit| (*page, edit)));
    let is_meant = |(page, stored): &(PageNumber, &StoredEdit)| match target {
        UndoTarget::Page(of) => page == of,
        UndoTarget::Edit(id) => stored.id == *id,
        UndoTarget::Paragraph(of, in_block, number) => {
            page == of && stored.edit.change.paragraph() == Some((*in_block, *number))
        }
    };
    // The oldest come first.
    let Some((page, edit)) = edits.rev().find(is_meant) else {
        let what = match target {
            UndoTarget::Page(page) => format!("page {page} of `{}` has no edits", book.id),
            UndoTarget::Paragraph(page, block, paragraph) => {
                format!("paragraph {page}/{block}/{paragraph} of `{}` has not been edited", book.id)
            }
            UndoTarget::Edit(id) => format!("`{}` has no edit `{id}`", book.id),
        };
        return Err(CliError::refused(what).hint(format!("`shelf edit {} --list` shows the edits", book.id)));
    };
    remove_edit(&book.context.store, &book.id, page, &edit.id)?;
    Ok((page, edit.clone()))
}
