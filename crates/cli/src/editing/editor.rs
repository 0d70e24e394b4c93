use std::fs;
use std::path::Path;
use std::process::Command;

use shelf_pages::EditOutcome;
use shelf_pages::edits::{Author, EDITS, parse_markup, to_markup};
use shelf_runtime::book::PageNumber;
use shelf_runtime::store::{BookPath, Store};

use super::{MergedBook, NewEdit, OpenPage};
use crate::Exit;
use crate::error::{CliError, Result};

/// Opens a page in an editor, and returns the edits to save. If the user's text has a mistake, it is kept and opened again next time.
pub(crate) fn edit_page(book: &MergedBook<'_>, number: PageNumber, author: &Author) -> Result<Vec<NewEdit>> {
    let store = &book.context.store;
    let OpenPage { page, edits } = book.page(number)?;
    let conflicts = page.edits.iter().filter(|outcome| outcome.is_conflict()).filter_map(|outcome| {
        let EditOutcome { edit, problem, .. } = outcome;
        let stored = edits.iter().find(|stored| stored.id == *edit)?;
        let line = super::listing::line_of_edit(number, stored);
        Some(format!("CONFLICT: {line}\n{}", problem.as_deref().unwrap_or_default()))
    });
    let title = format!("{}, page {number}", book.id);
    let markup = to_markup(&page, &title, &conflicts.collect::<Vec<_>>());
    let draft = BookPath::new(&book.id, &format!("{EDITS}/.draft_{}.txt", number.stem()))?;
    if store.read(&draft)?.is_none() {
        store.write(&draft, markup.as_bytes())?;
    } else {
        book.context.out.note("opening your last text again, which had a mistake");
    }
    let file = store.local(&draft)?;
    open(&file)?;
    let text = fs::read_to_string(&file)?;
    let wanted = parse_markup(&page, &text).map_err(|error| {
        CliError::refused(format!("{}, {error}", file.display()))
            .hint(format!("nothing was saved; `shelf edit {} {number}` opens your text again", book.id))
    })?;
    // Compared with the page as it was opened: only what the user has changed is an edit.
    super::merged_book::planned_on(page, number, wanted, author)
}

/// Removes the text that was opened in an editor, once its edits are saved.
pub(crate) fn discard_draft(book: &MergedBook<'_>, number: PageNumber) -> Result<()> {
    Ok(book.context.store.remove(&BookPath::new(&book.id, &format!("{EDITS}/.draft_{}.txt", number.stem()))?)?)
}

/// Opens a file in `$VISUAL`, `$EDITOR` or vi, and waits until it is closed.
fn open(file: &Path) -> Result<()> {
    let editor =
        ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.trim().is_empty()));
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    // As git does it: the editor may have arguments, and the file may have spaces.
    let status = Command::new("sh").args(["-c", &format!("{editor} \"$@\""), &editor]).arg(file).status()?;
    if status.success() {
        return Ok(());
    }
    Err(CliError::refused(format!("the editor `{editor}` failed ({status}); nothing was saved"))
        .exit(Exit::Failed)
        .hint("set `VISUAL` or `EDITOR`, or use options such as `--set` and `--label`"))
}
