use crate::connection::{ConnectArgs, Server, block_on};
use crate::job::{book_of, job_queue};
use crate::library_id::library_id;
use crate::workflow::BookJob;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use futures::StreamExt;
use shelf::Exit;
use shelf::book::ScanId;
use shelf::extension::{CliError, Result, Session};
use shelf::inspect::{PageState, look};
use shelf::llm::{Usd, ledger};
use std::collections::BTreeMap;
use std::time::SystemTime;
use temporalio_client::{WorkflowDescribeOptions, WorkflowExecutionStatus, WorkflowListOptions};

/// The arguments of `shelf jobs`.
#[derive(Debug, Args)]
struct Jobs {
    /// Show the jobs of these books [default: all that run, and the last of those that have ended]
    #[arg(value_name = "BOOK")]
    ids: Vec<ScanId>,
    #[command(flatten)]
    server: ConnectArgs,
}

/// Jobs that have ended are listed up to this number.
const ENDED: usize = 20;

pub(crate) fn command() -> Command {
    Jobs::augment_args(Command::new("jobs")).about("List the jobs that were submitted").after_help(
        "\
Examples:
  shelf jobs           all jobs of the library that run, and the last that have ended
  shelf jobs florida   those of a book, with the pages of each stage
  shelf jobs --json    as data

The state of a job is what the engine says; pages are counted in the library's files, as `shelf status` counts them.",
    )
}

/// A job, as the engine knows it.
pub(crate) struct Listed {
    pub(crate) workflow_id: String,
    pub(crate) run_id: String,
    pub(crate) book: String,
    status: WorkflowExecutionStatus,
    started: Option<SystemTime>,
}

/// The jobs of these books that run; of all books if none is named.
pub(crate) async fn running(server: &Server, library: &str, books: &[ScanId]) -> Result<Vec<Listed>> {
    list(server, library, books, "ExecutionStatus = 'Running'", None).await
}

async fn list(
    server: &Server,
    library: &str,
    books: &[ScanId],
    condition: &str,
    limit: Option<usize>,
) -> Result<Vec<Listed>> {
    let query = format!("WorkflowType = 'shelf_book' AND TaskQueue = '{}' AND {condition}", job_queue(library));
    let options = WorkflowListOptions::builder().maybe_limit(limit.filter(|_| books.is_empty())).build();
    let mut found = server.client.list_workflows(query, options);
    let mut jobs = Vec::new();
    while let Some(job) = found.next().await {
        let job = job.map_err(CliError::failed)?;
        let book = job.id().split('/').nth(2).unwrap_or_default().to_owned();
        if books.is_empty() || books.iter().any(|wanted| wanted.as_str() == book) {
            jobs.push(Listed {
                workflow_id: job.id().to_owned(),
                run_id: job.run_id().to_owned(),
                book,
                status: job.status(),
                started: job.start_time(),
            });
        }
    }
    Ok(jobs)
}

pub(crate) fn run(session: &Session, given: &ArgMatches) -> Result<Exit> {
    let args = Jobs::from_arg_matches(given)?;
    let library = library_id(session)?;
    block_on(async {
        let server = args.server.connect().await?;
        let mut jobs = running(&server, &library, &args.ids).await?;
        jobs.extend(list(&server, &library, &args.ids, "ExecutionStatus != 'Running'", Some(ENDED)).await?);
        let mut lines = Vec::new();
        for job in &jobs {
            let state = State::of(&server, job).await?;
            let counts = counts(session, &job.book);
            let cost = cost(session, job);
            let link = server.link(&job.workflow_id, &job.run_id);
            if session.is_json() {
                lines.push(serde_json::json!({
                    "book": job.book, "workflow": job.workflow_id, "run": job.run_id, "state": state.name,
                    "parts": state.parts, "waits": state.waits, "stages": counts, "cost_usd": cost, "link": link,
                }));
                continue;
            }
            let sum = |of: fn(&Counts) -> usize| counts.values().map(of).sum::<usize>();
            let (done, failed) = (sum(|stage| stage.done), sum(|stage| stage.failed));
            let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
            let parts = if state.parts > 0 {
                format!(", {} parts with workers or waiting", state.parts)
            } else {
                String::new()
            };
            session.line(format_args!("{}: {}: {done} done{failed}{parts}, {cost}", job.book, state.name))?;
            if let Some(why) = &state.waits {
                session.line(format_args!("  waits: {why}"))?;
            }
            if !args.ids.is_empty() {
                for (stage, Counts { done, failed }) in &counts {
                    let failed = if *failed > 0 { format!(", {failed} failed") } else { String::new() };
                    session.line(format_args!("  {stage}: {done} done{failed}"))?;
                }
            }
            if let Some(link) = link {
                session.line(format_args!("  {link}"))?;
            }
        }
        if session.is_json() {
            session.json(&lines)?;
        } else if jobs.is_empty() {
            session.note("no jobs; `shelf submit BOOK` submits one");
        }
        Ok(Exit::Done)
    })
}

/// What the engine says of a job.
struct State {
    name: &'static str,
    /// Parts that workers do, or that wait for one.
    parts: usize,
    /// Why a part is tried again.
    waits: Option<String>,
}

impl State {
    async fn of(server: &Server, job: &Listed) -> Result<Self> {
        let name = match job.status {
            WorkflowExecutionStatus::Running => "running",
            WorkflowExecutionStatus::Completed => "ended",
            WorkflowExecutionStatus::Failed | WorkflowExecutionStatus::TimedOut => "failed",
            WorkflowExecutionStatus::Canceled | WorkflowExecutionStatus::Terminated => "cancelled",
            _ => "unknown",
        };
        if job.status != WorkflowExecutionStatus::Running {
            return Ok(Self { name, parts: 0, waits: None });
        }
        let handle = server.client.get_workflow_handle::<BookJob>(&job.workflow_id);
        let described = handle.describe(WorkflowDescribeOptions::default()).await.map_err(CliError::failed)?;
        let pending = &described.raw().pending_activities;
        let tried = pending.iter().filter(|part| part.attempt > 1).max_by_key(|part| part.attempt);
        let waits = tried.and_then(|part| {
            let failure = part.last_failure.as_ref()?;
            Some(format!("{} (attempt {})", failure.message, part.attempt))
        });
        Ok(Self { name, parts: pending.len(), waits })
    }
}

/// The pages of a stage, as the files have them.
#[derive(Debug, Default, serde::Serialize)]
struct Counts {
    done: usize,
    failed: usize,
}

/// The pages of each stage; empty if the book cannot be read.
fn counts(session: &Session, book: &str) -> BTreeMap<String, Counts> {
    let Ok(book) = book_of(book) else { return BTreeMap::new() };
    let Ok(state) = look(session.store(), session.registry(), &book) else { return BTreeMap::new() };
    let of_stage = |name: &str| {
        let stage = state.stage(name);
        let done = stage.pages.values().filter(|page| matches!(page, PageState::Valid(_))).count();
        Counts { done, failed: stage.failed.len() }
    };
    session.registry().names().map(|name| (name.to_owned(), of_stage(name))).collect()
}

/// What the book's calls to language models have cost since the job was submitted.
fn cost(session: &Session, job: &Listed) -> Usd {
    let Ok(book) = book_of(&job.book) else { return Usd::ZERO };
    let since = job.started.and_then(|time| jiff::Timestamp::try_from(time).ok());
    let entries = ledger(session.store(), &book).unwrap_or_default();
    entries
        .iter()
        .filter(|entry| since.is_none_or(|since| entry.time >= since))
        .filter_map(|entry| entry.cost_usd)
        .sum()
}
