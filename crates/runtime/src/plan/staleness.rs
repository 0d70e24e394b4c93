use std::collections::BTreeSet;

use crate::book::{PageNumber, Unit};
use crate::events::PageOf;
use crate::inspect::{BookState, RecordSummary};
use crate::record::{Change, Fingerprint, Input};
use crate::registry::Entry;
use crate::stage::Parallelism;

/// Why a page with this fingerprint is stale. A page made by rules does not become stale because a model is configured, nor a page made by a model
/// because none is; `auto` keeps the pages of either engine.
pub(crate) fn changes(entry: &Entry, now: &Fingerprint, made: &Fingerprint) -> Vec<Change> {
    let mut changes = now.changes_since(made, &entry.option_defaults);
    if entry.row.parallelism == Parallelism::Llm {
        let asked_both_times = now.model.is_some() && made.model.is_some();
        changes.retain(|change| match change {
            Change::Model(..) | Change::Prompt | Change::OwnPrompt => asked_both_times,
            Change::Option(name, _, to) | Change::Default(name, _, to) => !entry.option_choices.is_either(name, to),
            _ => true,
        });
    }
    changes
}

/// Whether a page with these changes is kept until `--redo`: a release caused them, and the page, or one made from it, was paid for.
pub(crate) fn is_kept(changes: &[Change], is_paid: bool) -> bool {
    is_paid && !changes.is_empty() && changes.iter().all(Change::is_of_release)
}

/// Paid pages, and all pages they were made from.
pub(super) fn paid(book: &BookState) -> BTreeSet<PageOf> {
    let all =
        book.stages.iter().flat_map(|(stage, state)| state.pages.keys().map(|unit| PageOf { stage, unit: *unit }));
    let mut open: Vec<PageOf> = all.filter(|page| book.record(*page).is_some_and(RecordSummary::is_paid)).collect();
    let mut found = BTreeSet::new();
    while let Some(page) = open.pop() {
        if found.insert(page) {
            let inputs = book.record(page).map(|record| record.fingerprint().inputs).unwrap_or_default();
            open.extend(inputs.keys().filter_map(|input| made_by(book, input)));
        }
    }
    found
}

/// The page of a stage that an input refers to.
fn made_by(book: &BookState, input: &Input) -> Option<PageOf> {
    let (stage, unit) = match input {
        Input::Page { stage, page } => (stage, Unit::Page(PageNumber::new(*page)?)),
        Input::Book { stage } | Input::Part { stage, .. } => (stage, Unit::Book),
        Input::Scan
        | Input::Languages
        | Input::Metadata
        | Input::Resource { .. }
        | Input::Kept { .. }
        | Input::ExistingText => return None,
    };
    book.stages.get_key_value(stage.as_str()).map(|(stage, _)| PageOf { stage, unit })
}
