use crate::Exit;
use crate::changes::reasons;
use crate::config_file::ConfigFile;
use crate::consent;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::llm_options::LlmArgs;
use crate::llm_options::LlmSaid;
use crate::numbers::count;
use crate::numbers::ranges;
use crate::out::print_error;
use crate::selection::adopt_hint;
use crate::selection::selected;
use crate::selection::with_upstream;
use crate::stage_options;
use clap::ArgMatches;
use clap::Args;
use serde_json::Value;
use serde_json::json;
use shelf_llm::Dispatcher;
use shelf_llm::Estimate;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::PageSet;
use shelf_runtime::book::ScanId;
use shelf_runtime::events::Blocker;
use shelf_runtime::inspect::look;
use shelf_runtime::plan;
use shelf_runtime::plan::Request;
use shelf_runtime::plan::Settled;
use shelf_runtime::provide::Providers;
use std::collections::BTreeMap;

/// Show what `process` would do and why
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf plan florida                           pages to make, with reasons; model calls and their price
  shelf plan florida --stage +merged           one stage and all it is made from, with the price of all
  shelf plan --all                             only books that have something to do
  shelf plan florida --stage ocr --ocr-psm 6   what another setting would change")]
pub(crate) struct Plan {
    #[command(flatten)]
    selection: Selection,
}

/// Which books, stages and pages to work on.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "a flag of the command line is a bool")]
pub(crate) struct Selection {
    /// Books to work on
    #[arg(value_name = "BOOK", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<ScanId>,
    /// Work on all books of the library
    #[arg(long)]
    all: bool,
    /// Run only this stage; `+STAGE` runs it with all it is made from, `STAGE+` with all made from it, `+STAGE+` with both
    /// [default: all stages]
    #[arg(long, value_name = "STAGE", conflicts_with = "stages")]
    stage: Option<String>,
    /// Run several stages, with `+` as for `--stage`
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    stages: Option<Vec<String>>,
    /// Work on these pages, such as `1-5,9` or `7-` [default: all pages]
    #[arg(long, value_name = "PAGES")]
    pages: Option<PageSet>,
    /// Make finished pages again
    #[arg(long, conflicts_with = "only_missing")]
    redo: bool,
    /// Leave stale pages alone
    #[arg(long)]
    only_missing: bool,
    /// Retry pages that failed permanently
    #[arg(long)]
    retry_failed: bool,
    #[command(flatten)]
    llm: LlmArgs,
}

impl Selection {
    /// What to process, and the settings of models.
    pub(crate) fn request(
        &self,
        context: &Context,
        file: &ConfigFile,
        given: &ArgMatches,
    ) -> Result<(Request, LlmSaid)> {
        let options = stage_options::read(given, &context.registry, file).map_err(|error| {
            CliError::refused(error.to_string().trim_start_matches("error: ").trim_end()).exit(Exit::Usage)
        })?;
        let said = self.llm.said(&file.llm, context.store.root());
        let written = self.stages.clone().or_else(|| self.stage.clone().map(|stage| vec![stage]));
        let stages = written.map(|written| selected(&context.registry, &written)).transpose()?;
        let mut request = Request::default();
        request.stages = stages;
        request.pages.clone_from(&self.pages);
        request.redo = self.redo.then(|| shelf_runtime::clock::now().to_string());
        request.only_missing = self.only_missing;
        request.retry_failed = self.retry_failed;
        request.options = options;
        Ok((request, said))
    }

    pub(crate) fn books(&self, context: &Context) -> Result<Vec<ScanId>> {
        context.books(&self.ids, self.all)
    }
}

pub(crate) fn plan(context: &Context, args: &Plan, given: &ArgMatches) -> Result<Exit> {
    let file = ConfigFile::read(context.store.root(), &context.registry)?;
    let (request, said) = args.selection.request(context, &file, given)?;
    let llm = said.configured().map(Dispatcher::start).transpose().map_err(CliError::failed)?;
    let providers = llm.clone().map(|llm| Providers::default().with(llm)).unwrap_or_default();
    let mut exits = Vec::new();
    let mut lines = Vec::new();
    let books = args.selection.books(context)?;
    let mut idle = Vec::new();
    for book in &books {
        let planned = look(&context.store, &context.registry, book).map_err(CliError::from).and_then(|state| {
            let plan = plan::plan(&context.registry, &state, &request, &providers)?;
            let estimates = match &llm {
                Some(llm) => consent::estimates_of(context, llm, &state, &plan)?,
                None => Vec::new(),
            };
            Ok((plan, estimates))
        });
        let planned = planned.map_err(|error| context.near(error));
        exits.push(Exit::of(&planned));
        match planned {
            Ok((plan, estimates)) if context.out.json => lines.push(json_of(&plan, &estimates)),
            Ok((plan, _)) if is_idle(&plan) => idle.push(plan),
            Ok((plan, estimates)) => print(context, &plan, &estimates)?,
            Err(error) => {
                print_error(error.render());
                lines.push(json!({ "book": book, "error": error.render() }));
            }
        }
    }
    if context.out.json {
        context.out.json(&lines)?;
    }
    match (idle.as_slice(), books.len()) {
        ([], _) => {}
        (idle, 1) => context.out.line(nothing_to_do(&idle[0]))?,
        (idle, all) if idle.len() == all => context.out.line(format_args!("{}: nothing to do", count(all, "book")))?,
        (idle, _) => context.out.line(format_args!("{} more: nothing to do", count(idle.len(), "book")))?,
    }
    Ok(Exit::of_books(exits))
}

/// Whether there is nothing to do or report.
fn is_idle(plan: &plan::Plan) -> bool {
    plan.jobs.is_empty()
        && plan.settled.values().all(|settled| *settled == Settled::Kept)
        && plan.stages.iter().all(|stage| stage.edited_since == 0 && stage.earlier_release == 0)
}

/// `florida: nothing to do (7 stages up to date)`.
fn nothing_to_do(plan: &plan::Plan) -> String {
    format!("{}: nothing to do ({} up to date)", plan.book, count(plan.stages.len(), "stage"))
}

fn print(context: &Context, plan: &plan::Plan, estimates: &[Estimate]) -> Result<()> {
    let out = context.out;
    for stage in &plan.stages {
        let name = stage.entry.row.name;
        let mut to_do: BTreeMap<String, Vec<PageNumber>> = BTreeMap::new();
        let mut jobs = 0;
        for job in plan.jobs.iter().filter(|job| job.page.stage == name) {
            jobs += 1;
            let why = match &job.why {
                plan::Why::Upstream(page) => format!("if {} changes", page.stage),
                plan::Why::Stale(changes) => reasons(changes),
                why => why.to_string(),
            };
            to_do.entry(why).or_default().extend(job.page.unit.page());
        }
        let settled = |wanted: fn(&Settled) -> bool| {
            plan.settled.iter().filter(|(page, settled)| page.stage == name && wanted(settled)).count()
        };
        let kept = settled(|settled| *settled == Settled::Kept);
        let noun = if stage.entry.row.book { "book" } else { "page" };
        out.line(format_args!("{}: {name}: {} to make, {kept} up to date", plan.book, count(jobs, noun)))?;
        for (why, pages) in to_do {
            match ranges(pages) {
                pages if pages.is_empty() => out.line(format_args!("  {why}"))?,
                pages => out.line(format_args!("  {pages}: {why}"))?,
            }
        }
        for (page, settled) in plan.settled.iter().filter(|(page, _)| page.stage == name) {
            match settled {
                Settled::Kept => {}
                Settled::LeftStale(changes) => {
                    out.line(format_args!("  {page} is stale and is left as it is: {}", reasons(changes)))?;
                }
                Settled::Failed(failure) => out.line(format_args!("  {page} failed permanently: {failure}"))?,
                Settled::Skipped(failure) => out.line(format_args!("  {page} was skipped: {failure}"))?,
                Settled::Blocked(by) => out.line(format_args!("  {page} is blocked: {by}"))?,
            }
        }
        if stage.earlier_release > 0 {
            out.line(format_args!(
                "  {} made by an earlier release, kept until `--redo`",
                count(stage.earlier_release, noun)
            ))?;
        }
        if stage.edited_since > 0 {
            out.line(format_args!(
                "  `{name}` was edited after {} of its pages were made: raise `version` or use `--redo`",
                stage.edited_since
            ))?;
        }
    }
    for stage in plan.stages.iter().map(|stage| stage.entry.row.name) {
        let is_missing = |settled: &Settled| matches!(settled, Settled::Blocked(Blocker::Missing(_)));
        if plan.settled.iter().any(|(page, settled)| page.stage == stage && is_missing(settled)) {
            out.note(format_args!("hint: {}", with_upstream(&plan.book, stage)));
        }
    }
    for (page, settled) in &plan.settled {
        if let (Settled::Blocked(by), Some(number)) = (settled, page.unit.page())
            && *by == Blocker::Modified(*page)
        {
            out.note(format_args!("hint: {}", adopt_hint(&plan.book, number)));
        }
    }
    for estimate in estimates {
        out.line(format_args!("{}: {}", plan.book, consent::shown(estimate)))?;
    }
    Ok(())
}

fn json_of(plan: &plan::Plan, estimates: &[Estimate]) -> Value {
    let jobs: Vec<Value> = plan
        .jobs
        .iter()
        .map(|job| json!({ "stage": job.page.stage, "page": job.page.unit.page(), "why": job.why.to_string() }))
        .collect();
    let settled: Vec<Value> = plan
        .settled
        .iter()
        .map(|(page, settled)| {
            let (state, why) = match settled {
                Settled::Kept => ("done", None),
                Settled::LeftStale(changes) => ("stale", changes.first().map(ToString::to_string)),
                Settled::Failed(failure) => ("failed", Some(failure.to_string())),
                Settled::Skipped(failure) => ("skipped", Some(failure.to_string())),
                Settled::Blocked(by) => ("blocked", Some(by.to_string())),
            };
            json!({ "stage": page.stage, "page": page.unit.page(), "state": state, "why": why })
        })
        .collect();
    let costs: Vec<Value> = estimates
        .iter()
        .map(|of| {
            json!({
                "stage": of.stage, "model": of.model, "looked_into": of.known_pages, "asking": of.asking_pages, "about": of.about,
                "guessed": of.guessed_pages, "tokens_in": of.tokens_in, "tokens_out": of.tokens_out, "cost_usd": of.cost,
            })
        })
        .collect();
    json!({ "book": plan.book, "to_make": jobs, "settled": settled, "models": costs })
}
