//! The stages that `shelf eval` can measure: those whose pages have text.

use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use shelf_eval::conserved;
use shelf_pages::TextPage;
use shelf_runtime::inspect::BookState;
use shelf_runtime::registry::Entry;
use std::sync::Arc;

/// The requested stage, or the last one that has made a page with text.
pub(super) fn measured(context: &Context, book: &BookState, asked: Option<&str>) -> Result<Arc<Entry>> {
    if let Some(name) = asked {
        return named(context, book, name);
    }
    for entry in context.registry.stages().iter().rev() {
        if has_text(context, book, entry)? {
            return Ok(Arc::clone(entry));
        }
    }
    Err(CliError::refused(format!("`{}` has no text yet", book.id)).hint(format!("run `shelf process {}`", book.id)))
}

/// The stage of this name; refused if it has made no text to measure.
pub(super) fn named(context: &Context, book: &BookState, name: &str) -> Result<Arc<Entry>> {
    let entry = context.registry.get(name).expect("the command line takes only names of stages");
    if has_text(context, book, entry)? {
        return Ok(Arc::clone(entry));
    }
    let id = &book.id;
    if !entry.row.book && book.stage(entry.row.name).pages.is_empty() {
        return Err(CliError::refused(format!("`{id}` has no pages of `{name}` yet"))
            .hint(format!("run `shelf process {id} --stage {name}`")));
    }
    let mut others = Vec::new();
    for other in context.registry.stages() {
        if has_text(context, book, other)? {
            others.push(other.row.name);
        }
    }
    let hint = match others.as_slice() {
        [] => format!("no stage has made text yet: run `shelf process {id}`"),
        names => format!("stages with a text: {}", names.join(", ")),
    };
    Err(CliError::refused(format!("the pages of `{name}` have no text")).hint(hint))
}

/// The stage whose paragraphs `entry` conserves, if it has made a text.
pub(super) fn conserved_by(context: &Context, book: &BookState, entry: &Entry) -> Result<Option<Arc<Entry>>> {
    let Some(before) = conserved(&context.registry, entry) else { return Ok(None) };
    Ok(if has_text(context, book, before)? { context.registry.get(before.row.name).cloned() } else { None })
}

fn has_text(context: &Context, book: &BookState, entry: &Entry) -> Result<bool> {
    for page in book.stage(entry.row.name).pages.keys().filter_map(|unit| unit.page()) {
        let text = TextPage::read(&context.store, &context.registry, &book.id, entry, page)?;
        if text.is_some_and(|page| !page.text().is_empty()) {
            return Ok(true);
        }
    }
    Ok(false)
}
