use crate::connection::{ConnectArgs, Server, block_on};
use crate::job::{Job, JobEnd, Limit, divide, job_phases, job_queue};
use crate::library_id::library_id;
use crate::stage_table::stage_table;
use crate::workflow::BookJob;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use shelf::Exit;
use shelf::book::ScanId;
use shelf::extension::{CliError, Result, Session, Submission};
use shelf::llm::spent_on_all;
use shelf::store::Store;
use std::num::NonZeroUsize;
use std::time::Duration;
use temporalio_client::errors::{WorkflowGetResultError, WorkflowStartError};
use temporalio_client::{
    WorkflowGetResultOptions, WorkflowIdConflictPolicy, WorkflowIdReusePolicy, WorkflowStartOptions,
};

/// The arguments of `shelf submit`, beside those of `shelf process`.
#[derive(Debug, Args)]
struct Submit {
    /// Wait until the jobs have ended; the exit code is then that of `shelf process`
    #[arg(long)]
    wait: bool,
    /// Give workers parts of this many pages
    #[arg(long, value_name = "N", default_value = "10", hide_short_help = true)]
    pages_per_part: NonZeroUsize,
    /// Take a worker for dead that was not heard of for so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = clap::value_parser!(u64).range(1..=3600), hide_short_help = true)]
    heartbeat: u64,
    #[command(flatten)]
    server: ConnectArgs,
}

/// How often a server that cannot be reached is asked again.
const AGAIN: Duration = Duration::from_millis(500);

pub(crate) fn command() -> Command {
    Submit::augment_args(Command::new("submit"))
        .about("Process books on the machines that run `shelf worker`")
        .after_help(
            "\
Examples:
  shelf submit florida                       one job: the book, with all stages
  shelf submit --all --stages +merged        a job for each book of the library
  shelf submit florida --budget 3.00 --wait  wait for the end; what all machines spend together is limited
  shelf jobs                                 what has become of the jobs

A book that is submitted twice with the same options has one job. Options are those of `shelf process`.",
        )
}

pub(crate) fn run(session: &Session, given: &ArgMatches) -> Result<Exit> {
    let args = Submit::from_arg_matches(given)?;
    let submission = session.submission(given)?;
    let books = session.books(&submission.books, false)?;
    let library = library_id(session)?;
    let limit = match submission.budget {
        Some(limit) => Some(Limit { spent_before: spent_on_all(session.store())?.0, limit: limit.0 }),
        None => None,
    };
    let jobs = books.iter().map(|book| job(session, &args, &submission, &library, limit, book));
    let jobs: Vec<Job> = jobs.collect::<Result<_>>()?;
    block_on(submit(session, &args, &jobs))
}

fn job(
    session: &Session,
    args: &Submit,
    submission: &Submission,
    library: &str,
    limit: Option<Limit>,
    book: &ScanId,
) -> Result<Job> {
    let registry = session.registry();
    let entries = submission.request.stages(registry)?;
    let names: Vec<String> = entries.iter().map(|entry| entry.row.name.to_owned()).collect();
    let processing = session.processing(&submission.arguments)?;
    let phases = job_phases(registry, &names);
    let pages = pages(session, submission, book)?;
    let (shards, book_shard) = divide(book, pages, args.pages_per_part.get(), phases.len());
    Ok(Job {
        library: library.to_owned(),
        book: book.to_string(),
        arguments: submission.arguments.clone(),
        redo: submission.request.redo.clone(),
        limit,
        stages: stage_table(registry, &processing, names.iter().map(String::as_str)),
        phases,
        shards,
        book_shard,
        heartbeat_s: args.heartbeat,
    })
}

/// The number of pages of a book that are asked for, from the names of its scans.
fn pages(session: &Session, submission: &Submission, book: &ScanId) -> Result<usize> {
    let number = |name: &String| name.strip_prefix("page_")?.split('.').next()?.parse::<u32>().ok();
    let names = session.store().list(book, "source")?;
    let mut pages: Vec<u32> = names.iter().filter_map(number).collect();
    pages.sort_unstable();
    pages.dedup();
    let is_asked = |page: &u32| {
        let page = shelf::book::PageNumber::new(*page);
        submission.request.pages.as_ref().is_none_or(|set| page.is_some_and(|page| set.contains(page)))
    };
    Ok(pages.iter().filter(|page| is_asked(page)).count())
}

async fn submit(session: &Session, args: &Submit, jobs: &[Job]) -> Result<Exit> {
    let server = args.server.connect().await?;
    let mut lines = Vec::new();
    for job in jobs {
        let started = start(&server, job).await?;
        let id = job.workflow_id();
        let link = server.link(&id, &started.run_id);
        let what = if started.is_new { "submitted" } else { "already submitted, with the same options" };
        if session.is_json() {
            lines.push(serde_json::json!({
                "book": job.book, "workflow": id, "run": started.run_id, "new": started.is_new, "link": link,
            }));
        } else {
            let link = link.map(|link| format!(": {link}")).unwrap_or_default();
            session.line(format_args!("{}: {what}{link}", job.book))?;
        }
    }
    if session.is_json() {
        session.json(&lines)?;
    }
    if !args.wait {
        return Ok(Exit::Done);
    }
    let mut exits = Vec::new();
    for job in jobs {
        match wait(session, &server, job).await? {
            Some(exit) => exits.push(exit),
            None => {
                session.note("the jobs go on; `shelf jobs` shows them");
                return Ok(Exit::Interrupted);
            }
        }
    }
    Ok(Exit::of_books(exits))
}

struct Started {
    run_id: String,
    is_new: bool,
}

/// Starts a job, or finds the one that runs.
async fn start(server: &Server, job: &Job) -> Result<Started> {
    let id = job.workflow_id();
    let options = WorkflowStartOptions::new(job_queue(&job.library), id)
        // What an earlier job has made is kept, whatever has become of it.
        .id_reuse_policy(WorkflowIdReusePolicy::AllowDuplicate)
        .id_conflict_policy(WorkflowIdConflictPolicy::Fail)
        .static_summary(job.book.clone())
        .build();
    match server.client.start_workflow(BookJob::run, job.clone(), options).await {
        Ok(handle) => Ok(Started { run_id: handle.run_id().unwrap_or_default().to_owned(), is_new: true }),
        Err(WorkflowStartError::AlreadyStarted { run_id, .. }) => {
            Ok(Started { run_id: run_id.unwrap_or_default(), is_new: false })
        }
        Err(error) => Err(CliError::failed(error)),
    }
}

/// Waits for the end of a job and prints it; `None` if the user interrupts.
async fn wait(session: &Session, server: &Server, job: &Job) -> Result<Option<Exit>> {
    let handle = server.client.get_workflow_handle::<BookJob>(job.workflow_id());
    let interrupted = async {
        while session.stop().reason().is_none() {
            tokio::time::sleep(AGAIN).await;
        }
    };
    let ended = async {
        loop {
            match handle.get_result(WorkflowGetResultOptions::default()).await {
                Err(WorkflowGetResultError::Rpc(_)) => tokio::time::sleep(AGAIN).await,
                ended => return ended,
            }
        }
    };
    let ended = tokio::select! {
        () = interrupted => return Ok(None),
        ended = ended => ended,
    };
    let exit = match ended {
        Ok(end) => print(session, job, &end)?,
        Err(WorkflowGetResultError::Cancelled { .. }) => {
            session.line(format_args!("{}: cancelled", job.book))?;
            Exit::Stopped
        }
        Err(error) => {
            session.line(format_args!("{}: failed: {}", job.book, causes(&error)))?;
            Exit::Failed
        }
    };
    Ok(Some(exit))
}

fn print(session: &Session, job: &Job, end: &JobEnd) -> Result<Exit> {
    let count = |pages: &std::collections::BTreeMap<String, usize>| pages.values().sum::<usize>();
    let (made, failed) = (count(&end.made), count(&end.failed));
    let failed =
        if failed > 0 { format!(", {failed} failed: `shelf status {}` shows them", job.book) } else { String::new() };
    session.line(format_args!("{}: {made} made{failed}", job.book))?;
    if let Some(stop) = &end.stopped {
        session.line(format_args!("  stopped: {}", stop.reason))?;
        if let Some(hint) = &stop.hint {
            session.line(format_args!("  hint: {hint}"))?;
        }
    }
    Ok(exit_of(end.exit))
}

/// What has happened, without what the engine calls it.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut innermost = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        innermost = error.to_string();
        cause = error.source();
    }
    innermost
}

fn exit_of(code: u8) -> Exit {
    let known =
        [Exit::Done, Exit::Usage, Exit::SomePages, Exit::Refused, Exit::Stopped, Exit::Locked, Exit::Interrupted];
    known.into_iter().find(|exit| *exit as u8 == code).unwrap_or(Exit::Failed)
}
