use std::collections::BTreeSet;

use serde_json::json;
use shelf_pages::edits::StoredEdit;
use shelf_runtime::book::{PageNumber, PageSet};
use shelf_runtime::events::Event;
use shelf_runtime::inspect::look;
use shelf_runtime::plan::{Request, Settled, Why, plan};
use shelf_runtime::provide::Providers;
use shelf_runtime::run::{self, Runtime, Settings};
use shelf_runtime::stage::Parallelism;
use shelf_runtime::worker::WorkerPool;
use std::sync::Arc;

use super::MergedBook;
use super::listing::{json_of_edit, line_of_edit};
use crate::Exit;
use crate::error::Result;
use crate::numbers::{count, pages};

/// What became of pages whose edits have changed.
#[derive(Default)]
struct Remade {
    /// Pages that were made again.
    made: Vec<PageNumber>,
    /// Stages that are stale now.
    stale: Vec<&'static str>,
    /// Why pages could not be made.
    problems: Vec<String>,
}

/// Makes the edited pages again, and says what was done. `verb` is what was done to the edits, such as `saved`.
pub(crate) fn report_saved(book: &MergedBook<'_>, verb: &str, edits: &[(PageNumber, StoredEdit)]) -> Result<Exit> {
    let context = book.context;
    if edits.is_empty() {
        if context.out.json {
            context.out.json(&json!({ "book": book.id, "edits": [], "made": [], "stale": [] }))?;
        } else {
            context.out.line(format_args!("{}: nothing changed", book.id))?;
        }
        return Ok(Exit::Done);
    }
    let edited: BTreeSet<PageNumber> = edits.iter().map(|(page, _)| *page).collect();
    let remade = remake(book, &edited)?;
    let exit = if remade.problems.is_empty() { Exit::Done } else { Exit::SomePages };
    if context.out.json {
        let listed: Vec<_> = edits.iter().map(|(page, edit)| json_of_edit(*page, edit)).collect();
        context.out.json(&json!({
            "book": book.id, "edits": listed, "made": remade.made, "stale": remade.stale, "problems": remade.problems,
        }))?;
        return Ok(exit);
    }
    context.out.line(format_args!("{}: {verb} {}", book.id, count(edits.len(), "edit")))?;
    for (page, edit) in edits {
        context.out.line(format_args!("  {}", line_of_edit(*page, edit)))?;
    }
    let stage = book.stage.row.name;
    if !remade.made.is_empty() {
        context.out.note(format_args!("made again: {stage} {}", pages(remade.made)));
    }
    for problem in &remade.problems {
        context.out.note(format_args!("not made again: {problem}"));
    }
    if !remade.stale.is_empty() {
        let others = remade.stale.join(", ");
        context.out.note(format_args!("stale now: {others}; next: `shelf process {}`", book.id));
    }
    Ok(exit)
}

/// Makes a page again whose changes by hand are edits now, also if there were none.
pub(crate) fn report_adopted(
    book: &MergedBook<'_>,
    page: PageNumber,
    edits: &[(PageNumber, StoredEdit)],
) -> Result<Exit> {
    if !edits.is_empty() {
        return report_saved(book, "saved", edits);
    }
    remake(book, &BTreeSet::from([page]))?;
    report_saved(book, "saved", edits)
}

/// Makes these pages and their neighbours again, as far as they are stale and the stage is free: one that merges pages takes no time. The stages
/// made from it take longer and are left stale.
fn remake(book: &MergedBook<'_>, edited: &BTreeSet<PageNumber>) -> Result<Remade> {
    let context = book.context;
    let row = book.stage.row;
    let mut remade = Remade::default();
    let runtime = Runtime {
        store: Arc::new(context.store.clone()),
        registry: Arc::clone(&context.registry),
        worker_pool: WorkerPool::in_process(),
        providers: Providers::default(),
    };
    // Its options are known only where it is run with them.
    let is_simple = row.parallelism != Parallelism::Llm && book.stage.option_defaults.is_empty();
    if is_simple && row.isolated.is_none() {
        let mut request = Request::of_stages([row.name]);
        request.pages = around(book, edited)?;
        let made = std::sync::Mutex::new(BTreeSet::new());
        let listener = |event: &Event| {
            if let Event::Done { page, .. } = event
                && let (Ok(mut made), Some(page)) = (made.lock(), page.unit.page())
            {
                made.insert(page);
            }
        };
        let summary = run::process(&runtime, &book.id, &request, &Settings::workers(1), &listener, &context.stop)?;
        remade.made = made.into_inner().unwrap_or_default().into_iter().collect();
        for stage in &summary.stages {
            remade.problems.extend(stage.failed.iter().map(|(page, failure)| format!("{page} failed: {failure}")));
            let blocked =
                stage.blocked.iter().filter(|(page, _)| page.unit.page().is_some_and(|page| edited.contains(&page)));
            remade.problems.extend(blocked.map(|(page, by)| format!("{page} is blocked: {by}")));
        }
    }
    remade.stale = stale(book, &runtime)?;
    Ok(remade)
}

/// The pages and their neighbours.
fn around(book: &MergedBook<'_>, edited: &BTreeSet<PageNumber>) -> Result<Option<PageSet>> {
    let total = shelf_runtime::inspect::metadata(&book.context.store, &book.id)?.total_pages;
    let near = edited.iter().flat_map(|page| page.get().saturating_sub(1).max(1)..=(page.get() + 1).min(total));
    let numbers: BTreeSet<String> = near.map(|page| page.to_string()).collect();
    Ok(numbers.into_iter().collect::<Vec<_>>().join(",").parse().ok())
}

/// The stage of the edits and those made from it, as far as they are stale.
fn stale(book: &MergedBook<'_>, runtime: &Runtime) -> Result<Vec<&'static str>> {
    let mut downstream = BTreeSet::from([book.stage.row.name]);
    for entry in runtime.registry.stages() {
        if entry.row.deps.iter().any(|dep| downstream.contains(dep.row.name)) {
            downstream.insert(entry.row.name);
        }
    }
    let state = look(&*runtime.store, &runtime.registry, &book.id)?;
    let planned = plan(&runtime.registry, &state, &Request::of_stages(downstream.iter().copied()), &runtime.providers)?;
    let is_stale = |stage: &&str| {
        let job = planned
            .jobs
            .iter()
            .any(|job| job.page.stage == *stage && !matches!(job.why, Why::Missing | Why::Upstream(_)));
        job || planned
            .settled
            .iter()
            .any(|(page, settled)| page.stage == *stage && matches!(settled, Settled::LeftStale(_)))
    };
    Ok(runtime.registry.names().filter(|stage| downstream.contains(stage)).filter(is_stale).collect())
}
