use std::sync::Arc;

use shelf_pages::MergedPage;
use shelf_pages::edits::{Author, StoredEdit, difference};
use shelf_runtime::book::PageNumber;
use shelf_runtime::page::Page as _;
use shelf_runtime::plan::Request;
use shelf_runtime::provide::Providers;
use shelf_runtime::record::{Damage, RECORD_KEY, differences};
use shelf_runtime::run::{Runtime, try_page};
use shelf_runtime::store::{BookPath, Store};
use shelf_runtime::worker::WorkerPool;

use super::MergedBook;
use crate::error::{CliError, Result};

/// Turns what was changed by hand in a stored page into edits, and removes the file, so that the stage makes it again.
pub(crate) fn adopt(
    book: &MergedBook<'_>,
    number: PageNumber,
    author: &Author,
) -> Result<Vec<(PageNumber, StoredEdit)>> {
    book.check_page(number)?;
    let context = book.context;
    let path = BookPath::page(&book.id, book.stage.row.name, number);
    let Some(bytes) = context.store.read(&path)? else {
        return Err(CliError::refused(format!("{path} does not exist, so there is nothing to adopt")));
    };
    let Err(damage) = book.stage.page_type.read(&bytes) else {
        context.out.note(format_args!("{path} was not modified by hand"));
        return Ok(Vec::new());
    };
    let incorrect = |problem: &dyn std::fmt::Display| {
        CliError::refused(format!("{path} {problem}")).hint("correct the file; to discard what was changed, delete it")
    };
    if !matches!(damage, Damage::Changed) {
        return Err(incorrect(&damage));
    }
    let mut stored: serde_json::Value = serde_json::from_slice(&bytes)?;
    stored.as_object_mut().map(|fields| fields.shift_remove(RECORD_KEY));
    let by_hand = MergedPage::from_json(&stored).map_err(|violation| incorrect(&Damage::from(violation)))?;
    let _lock = context.store.lock(&book.id)?;
    let made = made_again(book, number)?;
    let page = MergedPage::from_json(&made).map_err(|violation| incorrect(&Damage::from(violation)))?;
    let bare = |value: &serde_json::Value| book.stage.page_type.bare(value);
    let wanted = difference(&page, &by_hand).ok_or_else(|| not_edits(&path, &bare(&made), &bare(&stored)))?;
    // What edits cannot express must be the same.
    let mut same = by_hand.clone();
    take_edited_fields(&mut same, &page);
    if let Ok(same) = same.to_json()
        && !differences(&bare(&made), &bare(&same)).is_empty()
    {
        return Err(not_edits(&path, &bare(&made), &bare(&same)));
    }
    let saved = book.save(super::merged_book::planned_on(page, number, wanted, author)?)?;
    context.store.remove(&path)?;
    Ok(saved)
}

/// The page as the stage makes it now.
fn made_again(book: &MergedBook<'_>, number: PageNumber) -> Result<serde_json::Value> {
    let runtime = Runtime {
        store: Arc::new(book.context.store.clone()),
        registry: Arc::clone(&book.context.registry),
        worker_pool: WorkerPool::in_process(),
        providers: Providers::default(),
    };
    let tried = try_page(&runtime, &book.id, book.stage, Some(number), &Request::default())?;
    let made = tried
        .made
        .map_err(|failure| CliError::refused(format!("{} cannot be made to compare it: {failure}", tried.page)))?;
    Ok(made.output)
}

/// Gives `page` the texts, labels and page number of `other`.
fn take_edited_fields(page: &mut MergedPage, other: &MergedPage) {
    for (block, of) in page.blocks.iter_mut().zip(&other.blocks) {
        block.classification = of.classification;
        for (paragraph, of) in block.paragraphs.iter_mut().zip(&of.paragraphs) {
            paragraph.text.clone_from(&of.text);
        }
    }
    page.printed_page_number.clone_from(&other.printed_page_number);
}

fn not_edits(path: &BookPath, made: &serde_json::Value, stored: &serde_json::Value) -> CliError {
    const SHOWN: usize = 5;
    let found = differences(made, stored);
    let shown: Vec<String> = found.iter().take(SHOWN).map(|difference| format!("\n  {difference}")).collect();
    let more = if found.len() > SHOWN { format!("\n  and {} more", found.len() - SHOWN) } else { String::new() };
    CliError::refused(format!(
        "{path} differs in fields that `--adopt` cannot keep; it keeps texts, labels and the page number:{}{more}",
        shown.concat()
    ))
    .hint("undo these changes in the file; to discard all that was changed, delete it")
}
