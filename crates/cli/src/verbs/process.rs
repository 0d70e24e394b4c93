use super::plan::Selection;
use super::tally::Standing;
use super::tally::Tally;
use crate::Exit;
use crate::config_file::ConfigFile;
use crate::consent::SpendArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::flagged;
use crate::numbers::count;
use crate::numbers::pages;
use crate::numbers::parse_time;
use crate::out::print_error;
use crate::reporter::Reporter;
use crate::selection::adopt_hint;
use crate::selection::with_upstream;
use crate::sharding;
use crate::sharding::ShardArgs;
use crate::timings::TimingsFile;
use crate::workers::Workers;
use crate::workers::processes;
use clap::ArgMatches;
use clap::Args;
use serde_json::Value;
use serde_json::json;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::events::Blocker;
use shelf_runtime::events::Listener;
use shelf_runtime::run;
use shelf_runtime::run::ProcessError;
use shelf_runtime::run::StageSummary;
use shelf_runtime::run::Stop;
use shelf_runtime::run::Stopped;
use shelf_runtime::run::Summary;
use shelf_runtime::store::StoreError;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// Process books: read, correct and label their pages
///
/// Makes pages that are missing or stale and leaves the rest alone. It can be interrupted (Ctrl-C) at any time; the same command continues
/// where it stopped.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf process florida                       run all stages on what is missing or stale
  shelf process florida --stage ocr           run one stage
  shelf process florida --stage +merged       run a stage and all it is made from
  shelf process florida --stage ocr+          run a stage and all made from it
  shelf process florida --workers ocr=2       read two pages at a time
  shelf process florida --pages 1-5,9 --redo  make these pages again
  shelf process --all --max-time 6h           process every book until the time is up
  shelf process florida --budget 3.00         spend at most three dollars on language models
  shelf process florida --timings times.html  draw what took how long
  shelf process florida --shard 3/16          do the part of the third of sixteen processes")]
pub(crate) struct Process {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    spend: SpendArgs,
    /// Work on this many pages of CPU-bound stages at a time; with `STAGE=N`, on N pages of that stage [default: one per core]
    #[arg(long, value_name = "N,STAGE=N")]
    workers: Option<Workers>,
    /// Wait for a book that is in use instead of refusing it
    #[arg(long)]
    wait: bool,
    /// Start no more pages after this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    max_time: Option<Duration>,
    /// Draw how the run spent its time, page by page and worker by worker, in this HTML file
    #[arg(long, value_name = "FILE.html")]
    timings: Option<PathBuf>,
    #[command(flatten)]
    shard: ShardArgs,
}

pub(crate) fn process(context: &Context, args: &Process, given: &ArgMatches) -> Result<Exit> {
    let file = ConfigFile::read(context.store.root(), &context.registry)?;
    let (mut request, mut said) = args.selection.request(context, &file, given)?;
    if args.spend.has_budget() {
        args.shard.refuse_budget()?;
    }
    request.shard = args.shard.of_pages();
    let settings = args.workers.clone().unwrap_or_default().or(&file.workers).settings(&context.registry)?;
    let stop = match args.max_time {
        Some(time) => context.stop.clone().at(Instant::now() + time),
        None => context.stop.clone(),
    };
    let mut books = args.selection.books(context)?;
    args.shard.retain_books(&mut books);
    let withheld = said.withheld.take();
    let llm = args.spend.dispatcher(said)?;
    let mut inspected = args.spend.consent(context, (&llm, withheld.as_ref()), &books, &request)?;
    let runtime = context.runtime(processes(&settings), llm.clone())?;
    let reporter = Reporter::new(context.out.quiet, books.len());
    let timings = args.timings.as_ref().map(|file| TimingsFile::begin(file, context, &reporter)).transpose()?;
    let listener = timings.as_ref().map_or(&reporter as &dyn Listener, TimingsFile::listener);
    let mut exits = Vec::new();
    let mut lines = Vec::new();
    let mut tally = Tally::default();
    // A book whose pages rules have made without a model does not stop the others.
    let mut is_aborted = false;
    for (book, number) in books.iter().zip(1..) {
        if stop.reason().is_some() || is_aborted {
            lines.push(json!({ "book": book, "left": true }));
            print_error(format_args!("{book}: not started"));
            tally.add(book, Standing::NotStarted);
            continue;
        }
        reporter.begin(book, number);
        let process = || match inspected.remove(book) {
            Some(earlier) => run::process_inspected(&runtime, &earlier, &request, &settings, listener, &stop),
            None => run::process(&runtime, book, &request, &settings, listener, &stop),
        };
        let ended = when_free(context, book, args.wait, &stop, process);
        reporter.end();
        match ended.map_err(|error| context.near(error)) {
            Ok(summary) => {
                let ended = Exit::of_run(&summary);
                is_aborted |= matches!(summary.stopped, Some(Stopped::Aborted | Stopped::BudgetUsedUp));
                exits.push(ended);
                tally.add(book, Standing::of(&summary));
                if context.out.json {
                    lines.push(json_of(&summary, ended));
                } else {
                    print(context, &summary, reporter.summary())?;
                }
            }
            Err(error) => {
                exits.push(error.exit);
                print_error(error.render());
                tally.add(book, Standing::Refused(error.to_string()));
                lines.push(json!({ "book": book, "error": error.render(), "exit": error.exit as u8 }));
            }
        }
    }
    for notice in llm.take_notices() {
        context.out.note(notice);
    }
    if context.out.json {
        context.out.json(&lines)?;
    } else if books.len() > 1 {
        tally.lines().iter().try_for_each(|line| context.out.line(line))?;
    }
    if let Some(timings) = timings {
        timings.write(context, &books)?;
    }
    let exit = Exit::of_books(exits);
    Ok(match stop.reason() {
        Some(Stopped::TimeUp) => exit.and(Exit::Stopped),
        Some(Stopped::Interrupted) => exit.and(Exit::Interrupted),
        _ => exit,
    })
}

/// Processes a book; with `wait`, waits if it is in use.
fn when_free(
    context: &Context,
    book: &ScanId,
    wait: bool,
    stop: &Stop,
    mut process: impl FnMut() -> Result<Summary, ProcessError>,
) -> Result<Summary> {
    let mut told = false;
    loop {
        match process() {
            Err(ProcessError::Store(StoreError::Locked { holder, .. })) if wait && stop.reason().is_none() => {
                if !told {
                    context.out.note(format_args!("{book} is in use by {holder}: waiting"));
                    told = true;
                }
                std::thread::sleep(Duration::from_millis(500));
            }
            ended => return ended.map_err(CliError::from),
        }
    }
}

fn print(context: &Context, summary: &Summary, made: Option<String>) -> Result<()> {
    let out = context.out;
    let book = &summary.book;
    if let Some(line) = up_to_date(context, summary) {
        out.line(line)?;
        print_flagged(context, summary);
        return Ok(());
    }
    // Of most shards, none makes the book stages.
    let is_listed = |stage: &&StageSummary| summary.shard.is_none() || stage.asked > 0 || stage.hook_waits;
    for stage in summary.stages.iter().filter(is_listed) {
        let once_a_book = context.registry.get(stage.stage).is_some_and(|entry| entry.row.book);
        out.line(format_args!("{book}: {}", line(stage, if once_a_book { "book" } else { "page" })))?;
        if let Some(error) = stage.error() {
            out.line(format_args!("  {error}"))?;
        }
        if !stage.failed.is_empty() {
            for (page, failure) in &stage.failed {
                out.line(format_args!("  {page} failed: {failure}"))?;
                if let Some(hint) = &failure.hint {
                    out.line(format_args!("    hint: {hint}"))?;
                }
            }
        }
        for (page, failure) in &stage.skipped {
            out.line(format_args!("  {page} skipped: {failure}"))?;
        }
        for (page, failure) in &stage.copied {
            out.line(format_args!("  {page} failed and was copied: {failure}"))?;
        }
        for line in without_model(stage) {
            out.line(format_args!("  {line}"))?;
        }
        if let Some(why) = &stage.failure_limit_reached {
            out.line(format_args!("  stopped early: {why}"))?;
        }
        for (by, pages) in blocked(stage) {
            out.line(format_args!("  {pages} blocked: {by}"))?;
        }
        for line in sharding::waiting(stage) {
            out.line(format_args!("  {line}"))?;
        }
        if stage.edited_since > 0 {
            out.line(format_args!(
                "  `{}` was edited after {} of its pages were made: raise `version` or use `--redo`",
                stage.stage, stage.edited_since
            ))?;
        }
    }
    match summary.stopped {
        Some(Stopped::Interrupted) => {
            out.note(format_args!("interrupted; `shelf process {book}` continues where it stopped"));
        }
        Some(Stopped::TimeUp) => {
            out.note(format_args!("time limit reached; `shelf process {book}` continues where it stopped"));
        }
        Some(Stopped::DiskFull) => out.note("the disk is full; free some space and run the same command again"),
        Some(Stopped::BudgetUsedUp | Stopped::Aborted) => {
            if let Some(abort) = &summary.abort {
                let hint = abort.failure.hint.as_deref().unwrap_or("run the same command again");
                out.note(format_args!("stopped: {}\nhint: {hint}", abort.failure));
            }
        }
        None => {
            if let Some(hint) = summary.abort.as_ref().and_then(|abort| abort.failure.hint.as_deref()) {
                out.note(format_args!("hint: {hint}"));
            }
            if let Some(made) = made {
                out.note(made);
            }
        }
    }
    for stage in summary.stages.iter().filter(|stage| stage.done > 0) {
        for warning in &stage.book_warnings {
            out.note(format_args!("{}: warning: {warning}", stage.stage));
        }
    }
    print_flagged(context, summary);
    if summary.stages.iter().any(|stage| !stage.failed.is_empty()) {
        out.note("hint: `--retry-failed` retries pages that failed permanently; so does any change of their inputs or options");
    }
    let modified =
        summary.stages.iter().flat_map(|stage| &stage.blocked).filter(|(page, by)| *by == Blocker::Modified(*page));
    for (page, _) in modified {
        if let Some(number) = page.unit.page() {
            out.note(format_args!("hint: {}", adopt_hint(book, number)));
        }
    }
    if let Some(hint) = sharding::hint(summary) {
        out.note(format_args!("hint: {hint}"));
    }
    let is_missing = |by: &Blocker| matches!(by, Blocker::Missing(_));
    for stage in summary.stages.iter().filter(|stage| stage.blocked.iter().any(|(_, by)| is_missing(by))) {
        out.note(format_args!("hint: {}", with_upstream(book, stage.stage)));
    }
    Ok(())
}

/// ``corrected page 12 made by rules: …``, and one line for all pages about which the next run asks a model.
fn without_model(stage: &StageSummary) -> Vec<String> {
    let refused = stage.without_model.iter().filter(|(_, failure)| !failure.transient);
    let mut lines: Vec<String> = refused.map(|(page, failure)| format!("{page} made by rules: {failure}")).collect();
    let waiting = stage.without_model.iter().find(|(_, failure)| failure.transient);
    lines.extend(waiting.map(|(_, failure)| {
        format!("{} made by rules for now; the next run asks a model: {failure}", count(stage.waiting(), "page"))
    }));
    lines
}

fn print_flagged(context: &Context, summary: &Summary) {
    for stage in summary.stages.iter().filter(|stage| !stage.flagged.is_empty()) {
        context.out.note(flagged::line(&summary.book, stage.stage, &stage.flagged));
    }
}

/// `florida: nothing to do (18 pages, 7 stages up to date)`, if every stage has all its pages.
fn up_to_date(context: &Context, summary: &Summary) -> Option<String> {
    let is_quiet = |stage: &StageSummary| {
        stage.asked > 0 && stage.kept == stage.asked && stage.edited_since == 0 && stage.error().is_none()
    };
    let of_pages = |stage: &&StageSummary| context.registry.get(stage.stage).is_some_and(|entry| !entry.row.book);
    let pages = summary.stages.iter().filter(of_pages).map(|stage| stage.asked).max().map(|pages| count(pages, "page"));
    let parts: Vec<String> = pages.into_iter().chain([count(summary.stages.len(), "stage")]).collect();
    let is_brief = summary.stages.len() > 1 && summary.stopped.is_none() && summary.stages.iter().all(is_quiet);
    is_brief.then(|| format!("{}: nothing to do ({} up to date)", summary.book, parts.join(", ")))
}

/// `ocr: 20 pages: 18 made, 1 kept, 1 failed`.
fn line(stage: &StageSummary, of: &str) -> String {
    let parts = [
        (stage.done - stage.copied.len(), "made"),
        (stage.copied.len(), "copied"),
        (stage.kept, "up to date"),
        (stage.left_stale, "stale, left alone"),
        (stage.failed.len(), "failed"),
        (stage.skipped.len(), "skipped"),
        (stage.blocked.len() - stage.waiting_for_shards(), "blocked"),
        (stage.waiting_for_shards(), "waiting for other shards"),
        (stage.left, "left to do"),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    match (stage.asked, parts.as_slice()) {
        (0, _) => format!("{}: no pages", stage.stage),
        (asked, [only]) if stage.kept == asked => format!("{}: nothing to do, {only}", stage.stage),
        (asked, parts) => format!("{}: {}: {}", stage.stage, count(asked, of), parts.join(", ")),
    }
}

/// The blocked pages; pages blocked in the same way are one line.
fn blocked(stage: &StageSummary) -> Vec<(String, String)> {
    let mut ways: Vec<(String, Vec<PageNumber>)> = Vec::new();
    for (page, by) in stage.blocked.iter().filter(|(_, by)| !matches!(by, Blocker::OtherShard(..))) {
        let way = by.to_string();
        match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, pages)) => pages.extend(page.unit.page()),
            None => ways.push((way, page.unit.page().into_iter().collect())),
        }
    }
    let named = |of: Vec<PageNumber>| if of.is_empty() { "book".to_owned() } else { pages(of) };
    ways.into_iter().map(|(way, pages)| (way, named(pages))).collect()
}

fn json_of(summary: &Summary, exit: Exit) -> Value {
    let stages: Vec<Value> = summary
        .stages
        .iter()
        .map(|stage| {
            json!({
                "stage": stage.stage,
                "asked": stage.asked,
                "done": stage.done,
                "kept": stage.kept,
                "left_stale": stage.left_stale,
                "left": stage.left,
                "failed": stage.failed.iter().map(|(page, failure)| json!({ "page": page.unit.page(), "failure": failure })).collect::<Vec<_>>(),
                "skipped": stage.skipped.iter().map(|(page, failure)| json!({ "page": page.unit.page(), "failure": failure })).collect::<Vec<_>>(),
                "copied": stage.copied.iter().map(|(page, failure)| json!({ "page": page.unit.page(), "failure": failure })).collect::<Vec<_>>(),
                "without_model": stage.without_model.iter().map(|(page, failure)| json!({ "page": page.unit.page(), "failure": failure })).collect::<Vec<_>>(),
                "blocked": stage.blocked.iter().map(|(page, by)| json!({ "page": page.unit.page(), "by": by.to_string() })).collect::<Vec<_>>(),
                "waiting_for_shards": stage.waiting_for_shards(),
                "edited_since": stage.edited_since,
                "gave_up": stage.failure_limit_reached,
                "trouble": stage.error(),
            })
        })
        .collect();
    let stopped = summary.stopped.map(|reason| match reason {
        Stopped::Interrupted => "interrupted",
        Stopped::TimeUp => "time up",
        Stopped::DiskFull => "disk full",
        Stopped::BudgetUsedUp => "budget used up",
        Stopped::Aborted => "model refused",
    });
    let shard = summary.shard.map(|shard| shard.to_string());
    json!({ "book": summary.book, "shard": shard, "stages": stages, "stopped": stopped, "exit": exit as u8 })
}
