use crate::Exit;
use crate::config_file::ConfigFile;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::flagged;
use crate::llm_options::LlmArgs;
use crate::numbers::count;
use crate::numbers::ranges;
use crate::out::print_error;
use crate::selection::selected;
use crate::stage_options;
use crate::table::Column;
use crate::table::Table;
use clap::ArgMatches;
use clap::Args;
use serde_json::Value;
use serde_json::json;
use shelf_llm::Dispatcher;
use shelf_llm::Spent;
use shelf_llm::ledger;
use shelf_runtime::book::Origin;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::book::Unit;
use shelf_runtime::events::PageOf;
use shelf_runtime::inspect::BookState;
use shelf_runtime::inspect::look;
use shelf_runtime::inspect::{PageState, PageSummary};
use shelf_runtime::plan::Need;
use shelf_runtime::plan::Plan;
use shelf_runtime::plan::Request;
use shelf_runtime::plan::Settled;
use shelf_runtime::plan::Why;
use shelf_runtime::plan::plan;
use shelf_runtime::provide::Providers;
use shelf_runtime::report;
use std::collections::BTreeSet;

/// Show the progress of books, stage by stage
///
/// A page is stale if something it was made from has changed: the scan, a page of another stage, or an option in the environment or in
/// `shelf.toml`. A page that may change is checked by the next run and made again only if one of its inputs has changed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf status florida
  shelf status florida --stage ocr+     one stage and all made from it
  shelf status --all --json")]
pub(crate) struct Status {
    /// Books to show
    #[arg(value_name = "BOOK", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<ScanId>,
    /// Show all books of the library
    #[arg(long)]
    all: bool,
    /// Show only this stage; `+STAGE` with all it is made from, `STAGE+` with all made from it, `+STAGE+` with both
    #[arg(long, value_name = "STAGE", conflicts_with = "stages")]
    stage: Option<String>,
    /// Show several stages, with `+` as for `--stage`
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    stages: Option<Vec<String>>,
    #[command(flatten)]
    llm: LlmArgs,
}

/// The state of a stage's pages; that of a stage that runs once per book has no number.
#[derive(Default)]
struct Standing {
    stage: &'static str,
    /// Pages that are up to date or may change.
    done: usize,
    /// Pages that are made again if an input changes.
    may_change: Vec<Unit>,
    stale: Vec<Unit>,
    failed: Vec<Unit>,
    skipped: Vec<Unit>,
    blocked: Vec<Unit>,
    /// Those of `done` that are kept from an earlier release, since they, or pages made from them, were paid for.
    earlier_release: usize,
    /// Those of `done` that are copies.
    copied: Vec<Unit>,
    missing: usize,
    /// Pages that the stage's report flags.
    flagged: Vec<PageNumber>,
    /// The stage's warnings, by page; without a page if about the whole book.
    warnings: Vec<(Unit, String)>,
    /// Time and cost of all done and failed pages.
    seconds: f64,
    /// Calls to models, and their cost.
    spent: Spent,
}

pub(crate) fn status(context: &Context, args: &Status, given: &ArgMatches) -> Result<Exit> {
    let file = ConfigFile::read(context.store.root(), &context.registry)?;
    let said = args.llm.said(&file.llm, context.store.root());
    let llm = said.configured().map(Dispatcher::start).transpose().map_err(CliError::failed)?;
    let providers = llm.map(|llm| Providers::default().with(llm)).unwrap_or_default();
    let written = args.stages.clone().or_else(|| args.stage.clone().map(|stage| vec![stage]));
    let stages = written.map(|written| selected(&context.registry, &written)).transpose()?;
    let options = stage_options::read(given, &context.registry, &file)?;
    let mut request = Request::default();
    request.stages = stages;
    request.options = options;
    let mut exits = Vec::new();
    let mut values = Vec::new();
    for book in context.books(&args.ids, args.all)? {
        let standing = of_book(context, &book, &request, &providers).map_err(|error| context.near(error));
        exits.push(Exit::of(&standing));
        match standing {
            Ok((state, stages)) if context.out.json => values.push(json_of(&state, &stages)),
            Ok((state, stages)) => print(context, &state, &stages)?,
            Err(error) => {
                print_error(error.render());
            }
        }
    }
    if context.out.json {
        context.out.json(&values)?;
    }
    Ok(Exit::of_books(exits))
}

fn of_book(
    context: &Context,
    book: &ScanId,
    request: &Request,
    providers: &Providers,
) -> Result<(BookState, Vec<Standing>)> {
    let state = look(&context.store, &context.registry, book).map_err(CliError::from)?;
    let plan = plan(&context.registry, &state, request, providers)?;
    let mut stages: Vec<Standing> =
        plan.stages.iter().map(|stage| Standing { stage: stage.entry.row.name, ..Standing::default() }).collect();
    for (standing, stage) in stages.iter_mut().zip(&plan.stages) {
        standing.flagged = report::of(&state, &stage.entry).flagged_pages();
        standing.earlier_release = stage.earlier_release;
    }
    let certain = certain(&plan);
    let attempts = ledger(&context.store, book)?;
    for standing in &mut stages {
        standing.spent = Spent::of(attempts.iter().filter(|attempt| attempt.stage == standing.stage));
        for (page, settled) in plan.settled.iter().filter(|(page, _)| page.stage == standing.stage) {
            match settled {
                Settled::Kept => standing.done += 1,
                Settled::LeftStale(_) => standing.stale.push(page.unit),
                Settled::Failed(_) => standing.failed.push(page.unit),
                Settled::Skipped(_) => standing.skipped.push(page.unit),
                Settled::Blocked(_) => standing.blocked.push(page.unit),
            }
        }
        for job in plan.jobs.iter().filter(|job| job.page.stage == standing.stage) {
            match job.why {
                Why::Missing => standing.missing += 1,
                Why::Upstream(_) if state.hash(job.page).is_none() => standing.missing += 1,
                Why::Upstream(_) if certain.contains(&job.page) => standing.stale.push(job.page.unit),
                Why::Upstream(_) => {
                    standing.done += 1;
                    standing.may_change.push(job.page.unit);
                }
                // A copy, which is to be tried again.
                Why::Failed(_) if state.hash(job.page).is_some() => standing.done += 1,
                Why::Failed(_) => standing.failed.push(job.page.unit),
                Why::Stale(_) | Why::Damaged(_) | Why::Redo => standing.stale.push(job.page.unit),
            }
        }
        for (number, page) in &state.stage(standing.stage).pages {
            if let PageState::Valid(PageSummary { record: Some(record), .. }) = page {
                standing.copied.extend(record.copied().is_some().then_some(*number));
                standing.warnings.extend(record.warnings().into_iter().map(|warning| (*number, warning)));
                standing.seconds += record.operation().processing_time_seconds;
            }
        }
        for failed in state.stage(standing.stage).failed.values() {
            standing.seconds += failed.processing_time_seconds;
        }
    }
    Ok((state, stages))
}

/// The pages to make, and those made from the same page of another stage. Pages made from a whole book or from
/// neighbours are not included, since most of these inputs do not change.
fn certain(plan: &Plan) -> BTreeSet<PageOf> {
    let mut certain = BTreeSet::new();
    for job in &plan.jobs {
        let from_same_page = |need: &Need| {
            need.page.unit != Unit::Book && need.page.unit == job.page.unit && certain.contains(&need.page)
        };
        if !matches!(job.why, Why::Upstream(_)) || job.needs.iter().any(from_same_page) {
            certain.insert(job.page);
        }
    }
    certain
}

fn print(context: &Context, state: &BookState, stages: &[Standing]) -> Result<()> {
    let out = context.out;
    let title = state.metadata.title.as_deref().unwrap_or("no title");
    out.line(format_args!("{}: {title}, {}", state.id, count(state.pages.len(), "page")))?;
    let number = |n: usize| if n == 0 { "·".to_owned() } else { n.to_string() };
    let shows_may_change = stages.iter().any(|stage| !stage.may_change.is_empty());
    let rows: Vec<Vec<String>> = stages
        .iter()
        .map(|s| {
            let done = s.done - s.may_change.len();
            let may_change = shows_may_change.then_some(s.may_change.len());
            let numbers = [done].into_iter().chain(may_change);
            let numbers = numbers.chain([s.stale.len(), s.failed.len(), s.blocked.len(), s.missing]);
            std::iter::once(s.stage.to_owned()).chain(numbers.map(number)).collect()
        })
        .collect();
    let titles = ["done"].into_iter().chain(shows_may_change.then_some("may change"));
    let titles = titles.chain(["stale", "failed", "blocked", "to do"]);
    let columns = std::iter::once(Column::word("stage")).chain(titles.map(Column::number));
    out.table(&Table::new(columns, rows))?;
    let spreads = spreads(state);
    if !spreads.is_empty() {
        let scans = ranges(spreads.iter().flatten().copied());
        let were =
            if spreads.len() == 1 { "1 spread was".to_owned() } else { format!("{} spreads were", spreads.len()) };
        out.line(format_args!("{were} split: scans {scans}"))?;
    }
    for (page, failure) in &state.unreadable {
        out.line(format_args!("page {page} could not be read from its file: {failure}"))?;
    }
    for stage in stages {
        if stage.spent.calls > 0 {
            let calls = count(stage.spent.calls, "call");
            out.line(format_args!("{}: {calls} to language models, {}", stage.stage, stage.spent))?;
        }
        if !stage.stale.is_empty() {
            out.line(format_args!(
                "{} stale{}; why: `shelf plan {} --stage {0}`",
                stage.stage,
                which(&stage.stale),
                state.id
            ))?;
        }
        if stage.earlier_release > 0 {
            let pages = count(stage.earlier_release, "page");
            out.line(format_args!("{}: {pages} made by an earlier release, kept until `--redo`", stage.stage))?;
        }
        if !stage.failed.is_empty() {
            let pages = which(&stage.failed);
            out.line(format_args!("{} failed{pages}; why: `shelf plan {} --stage {0}`", stage.stage, state.id))?;
        }
        for (what, pages) in [("skipped", &stage.skipped), ("copied", &stage.copied)] {
            if !pages.is_empty() {
                out.line(format_args!("{} {what}{}", stage.stage, which(pages)))?;
            }
        }
        if !stage.flagged.is_empty() {
            out.line(flagged::line(&state.id, stage.stage, &stage.flagged))?;
        }
        for (page, warning) in &stage.warnings {
            let page = page.page().map_or_else(String::new, |page| format!("page {page}: "));
            out.line(format_args!("{}: warning: {page}{warning}", stage.stage))?;
        }
    }
    Ok(())
}

/// `: 1-5, 9`; empty for a stage that runs once per book.
fn which(pages: &[Unit]) -> String {
    match ranges(pages.iter().filter_map(|unit| unit.page())) {
        pages if pages.is_empty() => pages,
        pages => format!(": {pages}"),
    }
}

/// The scans that are halves of a spread, spread by spread, from their metadata.
fn spreads(state: &BookState) -> Vec<Vec<PageNumber>> {
    let origins = state.scans.iter().filter_map(|(number, scan)| Some((*number, &scan.page.as_ref()?.origin)));
    let mut spreads: Vec<Vec<(PageNumber, &Origin)>> = Vec::new();
    for (number, origin) in origins.filter(|(_, origin)| origin.half.is_some()) {
        let is_other_half = |(first, it): &(PageNumber, &Origin)| {
            first.get() + 1 == number.get()
                && (&it.file, it.page) == (&origin.file, origin.page)
                && it.half != origin.half
        };
        match spreads.last_mut() {
            Some(spread) if spread.len() == 1 && is_other_half(&spread[0]) => spread.push((number, origin)),
            _ => spreads.push(vec![(number, origin)]),
        }
    }
    spreads.into_iter().map(|spread| spread.into_iter().map(|(number, _)| number).collect()).collect()
}

fn json_of(state: &BookState, stages: &[Standing]) -> Value {
    let numbers = |units: &[Unit]| units.iter().map(|unit| unit.page()).collect::<Vec<_>>();
    let stages: Vec<Value> = stages
        .iter()
        .map(|s| {
            json!({
                "stage": s.stage, "done": s.done, "earlier_release": s.earlier_release, "may_change": numbers(&s.may_change), "stale": numbers(&s.stale),
                "failed": numbers(&s.failed), "skipped": numbers(&s.skipped),
                "blocked": numbers(&s.blocked), "copied": numbers(&s.copied), "flagged": s.flagged,
                "warnings": s.warnings.iter().map(|(unit, warning)| json!({ "page": unit.page(), "warning": warning })).collect::<Vec<_>>(),
                "to_do": s.missing, "processing_time_seconds": s.seconds, "cost_usd": s.spent.known_usd(), "models": s.spent,
            })
        })
        .collect();
    let unreadable: Vec<Value> =
        state.unreadable.iter().map(|(page, failure)| json!({ "page": page, "failure": failure })).collect();
    json!({
        "book": state.id, "title": state.metadata.title, "pages": state.pages.len(),
        "scans": state.scans.len(), "spreads": spreads(state), "unreadable": unreadable, "stages": stages,
    })
}
