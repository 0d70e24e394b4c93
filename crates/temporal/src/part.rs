//! Does a part of a job: what `shelf process --shard` does, with the same code.

use crate::job::{JobStop, Part, PartEnd, Scope, book_of};
use crate::library_id::library_id;
use crate::stage_table::{first_difference, stage_table};
use shelf::book::{ScanId, Shard};
use shelf::events::Event;
use shelf::extension::{CliError, Processing, Session, Share};
use shelf::llm::{SharedLimit, Usd};
use shelf::plan::Request;
use shelf::run::{self, ProcessError, Settings, Stop, Stopped, Summary};
use shelf::stage::Parallelism;
use shelf::store::StoreError;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

/// Why a part was not done.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// Another process works on these pages, or on the book as a whole: to be tried again later.
    #[error("{0}")]
    Locked(String),
    /// A stage of this program is not the one that was submitted. Another try would not help.
    #[error(
        "stage `{0}` of this worker is not the one that was submitted: another release, other options or another model; submit the book again with the program that the workers run"
    )]
    StageTable(String),
    /// It was asked to stop. What was made is kept.
    #[error("stopped with pages left")]
    Stopped,
    /// The disk or the network failed: to be tried again.
    #[error("{0}")]
    Machine(String),
    /// The command is refused. Another try would not help.
    #[error("{0}")]
    Refused(String),
}

/// How many pages a part has made and failed so far. It goes with the heartbeats, so that the next attempt counts on.
pub type Progress = (BTreeMap<String, usize>, BTreeMap<String, usize>);

/// Counts what a run reports.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Progress>);

impl Counts {
    /// Counts on from what an earlier attempt has reported.
    #[must_use]
    pub fn from(earlier: Progress) -> Self {
        Self(Mutex::new(earlier))
    }

    /// The counts now.
    pub fn now(&self) -> Progress {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, event: &Event) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (made, failed) = &mut *counts;
        match event {
            Event::Done { page, .. } => *made.entry(page.stage.to_owned()).or_default() += 1,
            Event::Copied { page, .. } => {
                *made.entry(page.stage.to_owned()).or_default() += 1;
                *failed.entry(page.stage.to_owned()).or_default() += 1;
            }
            Event::Failed { page, .. } | Event::Skipped { page, .. } => {
                *failed.entry(page.stage.to_owned()).or_default() += 1;
            }
            _ => {}
        }
    }
}

/// Records which pages `--redo` makes again, before the first part.
pub fn begin_redo(session: &Session, part: &Part) -> Result<(), PartError> {
    let work = Work::of(session, part, NonZeroUsize::MIN)?;
    let mut request = work.processing.request().clone();
    request.redo.clone_from(&part.redo);
    let runtime = work.runtime(false)?;
    run::begin_redo(&runtime, &work.book, &request).map_err(error_of)
}

/// Does a part. `slots` is the number of parts that this process does at a time.
pub fn do_part(
    session: &Session,
    part: &Part,
    slots: NonZeroUsize,
    counts: &Counts,
    stop: &Stop,
) -> Result<PartEnd, PartError> {
    let work = Work::of(session, part, slots)?;
    let mut request: Request = work.processing.request().clone();
    request.stages = Some(part.stages.keys().cloned().collect());
    request.shard = match part.scope {
        Scope::Shard { number, count } => {
            Some(Shard::new(number, count).ok_or_else(|| PartError::Refused(format!("no shard {number}/{count}")))?)
        }
        Scope::Book => None,
    };
    // The machine does as many parts at a time as it has slots.
    let mut settings = Settings::workers(1);
    let earlier = counts.now().1;
    let of_others = |stage: &String| part.failed.get(stage).copied().unwrap_or(0);
    let failed = part.stages.keys().map(|stage| (stage.clone(), of_others(stage) + earlier.get(stage).unwrap_or(&0)));
    settings.failed_in_other_shards = Some(failed.collect());
    let asks =
        |stage: &String| session.registry().get(stage).is_some_and(|entry| entry.row.parallelism == Parallelism::Llm);
    let runtime = work.runtime(part.stages.keys().any(asks))?;
    let listener = |event: &Event| counts.count(event);
    let summary = run::process(&runtime, &work.book, &request, &settings, &listener, stop).map_err(error_of)?;
    end_of(&summary, counts)
}

fn end_of(summary: &Summary, counts: &Counts) -> Result<PartEnd, PartError> {
    let hint = || summary.abort.as_ref().and_then(|abort| abort.failure.hint.clone());
    let reason = |otherwise: &str| {
        summary.abort.as_ref().map_or_else(|| otherwise.to_owned(), |abort| abort.failure.to_string())
    };
    let stopped = match summary.stopped {
        None => None,
        Some(Stopped::Interrupted | Stopped::TimeUp) => return Err(PartError::Stopped),
        Some(Stopped::DiskFull) => {
            let hint = Some("free some space and submit the book again".to_owned());
            Some(JobStop { reason: "the disk is full".to_owned(), hint })
        }
        Some(Stopped::BudgetUsedUp) => Some(JobStop { reason: reason("the budget is used up"), hint: hint() }),
        Some(Stopped::Aborted) => Some(JobStop { reason: reason("a provider is unavailable"), hint: hint() }),
    };
    let (made, failed) = counts.now();
    Ok(PartEnd { made, failed, stopped, exit: shelf::Exit::of_run(summary) as u8 })
}

/// A part whose stages are those of this program.
struct Work {
    book: ScanId,
    processing: Processing,
    share: Share,
    pool: shelf::worker::WorkerPool,
}

impl Work {
    fn of(session: &Session, part: &Part, slots: NonZeroUsize) -> Result<Self, PartError> {
        let here = library_id(session).map_err(refused)?;
        if here != part.library {
            return Err(PartError::Refused(format!("the part is of library {}, not of {here}", part.library)));
        }
        let processing = session.processing(&part.arguments).map_err(refused)?;
        let table = stage_table(session.registry(), &processing, part.stages.keys().map(String::as_str));
        if let Some(stage) = first_difference(&part.stages, &table) {
            return Err(PartError::StageTable(stage));
        }
        let limit =
            part.limit.map(|limit| SharedLimit { spent_before: Usd(limit.spent_before), limit: Usd(limit.limit) });
        let pool = session.worker_pool(1).map_err(|error| PartError::Machine(error.to_string()))?;
        Ok(Self { book: book_of(&part.book).map_err(refused)?, processing, share: Share { runs: slots, limit }, pool })
    }

    fn runtime(&self, may_ask: bool) -> Result<run::Runtime, PartError> {
        self.processing.runtime(self.pool.clone(), may_ask, self.share).map_err(refused)
    }
}

fn refused(error: CliError) -> PartError {
    PartError::Refused(error.render().trim_start_matches("error: ").to_owned())
}

fn error_of(error: ProcessError) -> PartError {
    match error {
        ProcessError::Store(StoreError::Locked { .. }) => PartError::Locked(error.to_string()),
        ProcessError::Store(_) => PartError::Machine(chain(&error)),
        error => refused(error.into()),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
