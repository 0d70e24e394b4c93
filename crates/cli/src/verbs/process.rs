use std::time::{Duration, Instant};

use clap::{ArgMatches, Args};
use serde_json::{Value, json};

use super::plan::Selection;
use crate::Exit;
use crate::consent::SpendArgs;
use crate::context::{Context, cores};
use crate::error::{CliError, Result};
use crate::flagged;
use crate::numbers::{count, parse_time, ranges, time};
use crate::out::complain;
use crate::reporter::Reporter;
use shelf_runtime::book::ScanId;
use shelf_runtime::plan::Request;
use shelf_runtime::run::{self, ProcessError, Runtime, Settings, StageSummary, Stop, Stopped, Summary};
use shelf_runtime::store::StoreError;

/// Run stages over books, page by page
///
/// Makes what is missing or stale and leaves the rest alone. Can be interrupted (Ctrl-C) and run again at any time: it goes on
/// with what is left.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf process florida                       all stages, what is missing or stale
  shelf process florida --stage ocr           one stage
  shelf process florida --pages 1-5,9 --redo  make these pages again
  shelf process --all --max-time 6h           every book, until the time is up
  shelf process florida --budget 3.00         with language models, for three dollars at most")]
pub(crate) struct Process {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    spend: SpendArgs,
    /// Pages of CPU-bound stages at a time [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: Option<u16>,
    /// Wait for a book that is in use, instead of refusing
    #[arg(long)]
    wait: bool,
    /// Start no more pages after this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    max_time: Option<Duration>,
}

pub(crate) fn process(context: &Context, args: &Process, given: &ArgMatches) -> Result<Exit> {
    let (request, said) = args.selection.request(context, given)?;
    let workers = args.workers.map_or_else(cores, usize::from);
    let stop = match args.max_time {
        Some(time) => context.stop.clone().at(Instant::now() + time),
        None => context.stop.clone(),
    };
    let books = args.selection.books(context)?;
    let llm = args.spend.dispatcher(said)?;
    args.spend.consent(context, &llm, &books, &request)?;
    let runtime = context.runtime(workers, llm)?;
    let settings = Settings { workers, attempts: 3 };
    let mut exits = Vec::new();
    let mut lines = Vec::new();
    for book in &books {
        if stop.reason().is_some() || runtime.providers.abort().is_some() {
            lines.push(json!({ "book": book, "left": true }));
            complain(format_args!("{book}: not begun"));
            continue;
        }
        let started = Instant::now();
        match one(&runtime, book, &request, settings, context, args.wait, &stop) {
            Ok(summary) => {
                let ended = exit_of(&summary);
                exits.push(ended);
                if context.out.json {
                    lines.push(json_of(&summary, ended));
                } else {
                    tell(context, &summary, started.elapsed(), args)?;
                }
            }
            Err(error) => {
                exits.push(error.exit);
                complain(error.render());
                lines.push(json!({ "book": book, "error": error.render(), "exit": error.exit as u8 }));
            }
        }
    }
    if context.out.json {
        context.out.json(&lines)?;
    }
    let exit = Exit::of_books(exits);
    Ok(match stop.reason() {
        Some(Stopped::TimeUp) => exit.and(Exit::Stopped),
        Some(Stopped::Interrupted) => exit.and(Exit::Interrupted),
        _ => exit,
    })
}

fn one(
    runtime: &Runtime,
    book: &ScanId,
    request: &Request,
    settings: Settings,
    context: &Context,
    wait: bool,
    stop: &Stop,
) -> Result<Summary> {
    let reporter = Reporter::new(context.out.quiet);
    let mut told = false;
    loop {
        match run::process(runtime, book, request, settings, &reporter, stop) {
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

fn exit_of(summary: &Summary) -> Exit {
    let pages =
        if summary.stages.iter().any(|stage| !stage.failed.is_empty() || stage.gave_up.is_some() || stage.is_held_up())
        {
            Exit::SomePages
        } else {
            Exit::Done
        };
    let trouble = if summary.stages.iter().any(|stage| stage.trouble.is_some()) { Exit::Failed } else { Exit::Done };
    let stopped = match summary.stopped {
        None => Exit::Done,
        Some(Stopped::Interrupted) => Exit::Interrupted,
        Some(Stopped::TimeUp | Stopped::BudgetUsedUp) => Exit::Stopped,
        Some(Stopped::DiskFull | Stopped::Aborted) => Exit::Failed,
    };
    pages.and(trouble).and(stopped)
}

fn tell(context: &Context, summary: &Summary, elapsed: Duration, args: &Process) -> Result<()> {
    let out = context.out;
    let book = &summary.book;
    let done: usize = summary.stages.iter().map(|stage| stage.done).sum();
    for stage in &summary.stages {
        let once_a_book = context.registry.get(stage.stage).is_some_and(|entry| entry.row.book);
        out.line(format_args!("{book}: {}", line(stage, if once_a_book { "book" } else { "page" })))?;
        if let Some(trouble) = &stage.trouble {
            out.line(format_args!("  {trouble}"))?;
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
            out.line(format_args!("  {page} failed, and is a copy: {failure}"))?;
        }
        if let Some(why) = &stage.gave_up {
            out.line(format_args!("  stopped before its pages were done: {why}"))?;
        }
        for (by, pages) in blocked(stage) {
            out.line(format_args!(
                "  {} {pages} blocked: {by}",
                if pages.contains([',', '-']) { "pages" } else { "page" }
            ))?;
        }
        if stage.edited_since > 0 {
            out.line(format_args!(
                "  `{}` was edited since {} of its pages were made: raise `version` or use `--redo`",
                stage.stage, stage.edited_since
            ))?;
        }
    }
    let stage = summary.stages.first().map_or("ocr", |stage| stage.stage);
    match summary.stopped {
        Some(Stopped::Interrupted) => {
            out.note(format_args!("interrupted; `shelf process {book}` goes on where it was"));
        }
        Some(Stopped::TimeUp) => out.note(format_args!("the time is up; `shelf process {book}` goes on where it was")),
        Some(Stopped::DiskFull) => out.note("the disk is full: make room, then run the same command again"),
        Some(Stopped::BudgetUsedUp | Stopped::Aborted) => {
            if let Some(abort) = &summary.abort {
                let hint = abort.failure.hint.as_deref().unwrap_or("run the same command again");
                out.note(format_args!("stopped: {}\nhint: {hint}", abort.failure));
            }
        }
        None if done > 0 => out.note(format_args!("{} in {}", count(done, "page"), time(elapsed.as_secs_f64()))),
        None => {}
    }
    for entry in summary.stages.iter().filter_map(|stage| context.registry.get(stage.stage)) {
        let flagged = flagged::pages(context, book, entry)?;
        if !flagged.is_empty() {
            out.note(flagged::told(book, entry.row.name, &flagged));
        }
    }
    if summary.stages.iter().any(|stage| !stage.failed.is_empty()) {
        out.note("hint: pages that failed for good are tried again with `--retry-failed`, or when what they are made from changes");
    }
    if summary
        .stages
        .iter()
        .any(|s| s.blocked.iter().any(|(_, by)| matches!(by, shelf_runtime::events::Blocker::Missing(_))))
        && args.selection.names_stages()
    {
        out.note(format_args!(
            "hint: `shelf process {book}` without `--stage {stage}` makes what the stage is made from, too"
        ));
    }
    Ok(())
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
        (stage.blocked.len(), "blocked"),
        (stage.left, "left to do"),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    match (stage.asked, parts.as_slice()) {
        (0, _) => format!("{}: no pages", stage.stage),
        (asked, [only]) if stage.kept == asked => format!("{}: nothing to do, {only}", stage.stage),
        (asked, parts) => format!("{}: {}: {}", stage.stage, count(asked, of), parts.join(", ")),
    }
}

/// The pages that something blocks; many pages blocked in one way are one line.
fn blocked(stage: &StageSummary) -> Vec<(String, String)> {
    let mut ways: Vec<(String, Vec<shelf_runtime::book::PageNumber>)> = Vec::new();
    for (page, by) in &stage.blocked {
        let way = by.to_string();
        match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, pages)) => pages.extend(page.page),
            None => ways.push((way, page.page.into_iter().collect())),
        }
    }
    ways.into_iter().map(|(way, pages)| (way, ranges(pages))).collect()
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
                "failed": stage.failed.iter().map(|(page, failure)| json!({ "page": page.page, "failure": failure })).collect::<Vec<_>>(),
                "skipped": stage.skipped.iter().map(|(page, failure)| json!({ "page": page.page, "failure": failure })).collect::<Vec<_>>(),
                "copied": stage.copied.iter().map(|(page, failure)| json!({ "page": page.page, "failure": failure })).collect::<Vec<_>>(),
                "blocked": stage.blocked.iter().map(|(page, by)| json!({ "page": page.page, "by": by.to_string() })).collect::<Vec<_>>(),
                "edited_since": stage.edited_since,
                "gave_up": stage.gave_up,
                "trouble": stage.trouble,
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
    json!({ "book": summary.book, "stages": stages, "stopped": stopped, "exit": exit as u8 })
}
