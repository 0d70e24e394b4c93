use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::executor::{Executor, Returned};
use super::finish::Ended;
use super::job_state::JobState;
use super::page_attempt::PageAttempt;
use super::queues::Queues;
use super::stage_progress::StageProgress;
use super::{Outcome, Runtime, Stop, Stopped, Summary};
use crate::events::{Blocker, Event, Listener, PageOf};
use crate::failure::Cause;
use crate::inspect::BookState;
use crate::plan::{OtherShards, Plan, Settled, Why, changes, fingerprint, is_kept};
use crate::provide::Abort;
use crate::record::Fingerprint;
use crate::stage::{OnError, PageCache, Parallelism, Resources};

/// How a run uses the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Pages of `cpu` stages at a time.
    pub workers: usize,
    /// Pages at a time of single stages, by name, instead of their `parallelism`.
    pub stage_workers: BTreeMap<String, usize>,
    /// Number of attempts at a page with transient failures.
    pub attempts: u32,
    /// For a shard of a run that an engine divides: how many pages of each stage have failed in other shards of that run. The stages'
    /// limits then hold for all shards together.
    pub failed_in_other_shards: Option<BTreeMap<String, usize>>,
}

/// One worker per core, three attempts.
impl Default for Settings {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        Self { workers, stage_workers: BTreeMap::new(), attempts: 3, failed_in_other_shards: None }
    }
}

impl Settings {
    /// So many pages of `cpu` stages at a time.
    #[must_use]
    pub fn workers(workers: usize) -> Self {
        Self { workers, ..Self::default() }
    }
}

/// Carries out a plan. A page's failure is counted, not returned. Returns the state of the book afterwards.
pub(super) fn run(
    runtime: &Runtime,
    book: BookState,
    plan: Plan,
    settings: &Settings,
    listener: &dyn Listener,
    stop: &Stop,
) -> (Summary, BookState) {
    let mut scheduler = Scheduler::new(runtime, book, plan, settings, listener);
    runtime.providers.started();
    scheduler.start();
    while scheduler.goes_on(stop) {
        scheduler.dispatch();
        let patience = scheduler.queues.until_due(Duration::from_millis(100));
        if let Some(returned) = scheduler.executor.next_returned(patience) {
            scheduler.returned(returned);
        }
    }
    scheduler.into_summary()
}

pub(super) struct Scheduler<'a> {
    pub(super) runtime: &'a Runtime,
    /// The inspected state, updated with what this run has written.
    pub(super) book: BookState,
    /// Default number of attempts.
    pub(super) default_attempts: u32,
    pub(super) listener: &'a dyn Listener,
    /// The jobs of the plan, by number.
    pub(super) jobs: Vec<JobState>,
    /// The stages of the plan, in order.
    pub(super) stages: Vec<StageProgress>,
    /// Settled pages.
    pub(super) settled: BTreeMap<PageOf, Settled>,
    /// Requested pages of other shards.
    pub(super) other_shards: OtherShards,
    /// Paid pages, and all pages they were made from.
    paid: BTreeSet<PageOf>,
    pub(super) queues: Queues,
    pub(super) executor: Executor,
    /// Shared resources.
    pub(super) resources: Resources,
    /// Cached inputs of pages.
    pub(super) cache: Arc<PageCache>,
    pub(super) stopped: Option<Stopped>,
    /// The abort, if a page found that a provider has become unavailable.
    abort: Option<Abort>,
}

impl<'a> Scheduler<'a> {
    fn new(runtime: &'a Runtime, book: BookState, plan: Plan, settings: &Settings, listener: &'a dyn Listener) -> Self {
        let places: BTreeMap<&str, usize> =
            plan.stages.iter().enumerate().map(|(place, stage)| (stage.entry.row.name, place)).collect();
        let mut jobs: Vec<JobState> = plan
            .jobs
            .into_iter()
            .map(|job| {
                let stage = places[job.page.stage];
                JobState::new(job, stage)
            })
            .collect();
        let numbers: BTreeMap<PageOf, usize> =
            jobs.iter().enumerate().map(|(number, job)| (job.page(), number)).collect();
        for number in 0..jobs.len() {
            let needs: Vec<usize> = jobs[number].needs().map(|page| numbers[&page]).collect();
            for need in needs {
                jobs[need].add_dependant(number);
            }
        }
        let stages: Vec<StageProgress> = plan
            .stages
            .into_iter()
            .enumerate()
            .map(|(place, stage)| {
                let of_stage = jobs.iter().filter(|job| job.stage() == place).count();
                let name = stage.entry.row.name;
                let settled = plan.settled.keys().filter(|page| page.stage == name).count();
                let progress = StageProgress::new(Arc::new(stage), of_stage, settled);
                match &settings.failed_in_other_shards {
                    Some(failed) => {
                        let others = plan.other_shards.pages_of(name);
                        progress.with_other_shards(others, failed.get(name).copied().unwrap_or(0))
                    }
                    None => progress,
                }
            })
            .collect();
        let in_flight = runtime.providers.concurrency().unwrap_or(Parallelism::IN_FLIGHT);
        let queues = Queues::new(stages.iter().map(StageProgress::row), settings, in_flight);
        Self {
            runtime,
            book,
            default_attempts: settings.attempts,
            listener,
            jobs,
            stages,
            settled: plan.settled,
            other_shards: plan.other_shards,
            paid: plan.paid,
            resources: runtime.providers.resources(),
            executor: Executor::new(queues.threads()),
            queues,
            cache: Arc::default(),
            stopped: None,
            abort: None,
        }
    }

    fn start(&mut self) {
        for number in (0..self.jobs.len()).filter(|number| self.jobs[*number].is_ready()).collect::<Vec<_>>() {
            self.enqueue(number);
        }
        let jobs = self.stages.iter().map(|stage| (stage.row().name, stage.jobs())).collect();
        self.listener.on(&Event::RunStarted { book: self.book.id.clone(), jobs });
        for stage in
            (0..self.stages.len()).filter(|stage| self.stages[*stage].has_reached_failure_limit()).collect::<Vec<_>>()
        {
            self.leave(stage);
        }
        self.resume_after();
    }

    fn goes_on(&mut self, stop: &Stop) -> bool {
        if self.stopped.is_none()
            && let Some(reason) = stop.reason()
        {
            self.stop(reason);
        }
        match self.stopped {
            Some(_) => self.queues.in_flight() > 0,
            None => self.stages.iter().any(StageProgress::is_open),
        }
    }

    /// Whether a provider has aborted the run.
    fn aborted(&self) -> Option<Stopped> {
        let abort = self.runtime.providers.abort()?;
        Some(if abort.is_budget { Stopped::BudgetUsedUp } else { Stopped::Aborted })
    }

    fn stop(&mut self, reason: Stopped) {
        if self.stopped.is_none() {
            self.stopped = Some(reason);
            self.runtime.providers.stopping();
            self.listener.on(&Event::Stopping);
        }
    }

    fn enqueue(&mut self, number: usize) {
        self.queues.push(self.stages[self.jobs[number].stage()].row(), number);
    }

    fn dispatch(&mut self) {
        if self.stopped.is_some() {
            return;
        }
        let now = Instant::now();
        while let Some(number) = self.queues.pop_due(now) {
            self.enqueue(number);
        }
        while let Some(number) = self.queues.pop() {
            if !self.begin(number) {
                self.queues.release(self.stages[self.jobs[number].stage()].row());
            }
        }
    }

    /// Begins an attempt at a job; `false` if the job ended without one.
    fn begin(&mut self, number: usize) -> bool {
        let job = &self.jobs[number];
        // It ended while it waited: its stage has reached its failure limit.
        if job.has_ended() {
            return false;
        }
        let (page, stage) = (job.page(), job.stage());
        let now = self.fingerprint(job);
        if matches!(job.why(), Why::Upstream(_)) && self.is_up_to_date(job, &now) {
            self.listener.on(&Event::Kept(page));
            self.settle(number, Outcome::Kept);
            return false;
        }
        if let Err(error) = self.before(stage) {
            self.block(number, Blocker::Before(error));
            return false;
        }
        let attempts = self.attempts_of(stage);
        let planned = Arc::clone(self.stages[stage].planned());
        let epoch = self.retry_epoch(&self.jobs[number]);
        let job = &mut self.jobs[number];
        let earlier = job.time();
        let (runtime, book) = (self.runtime, &self.book);
        let handles = job.begin(|| runtime.handles(book, planned.entry.row, page.unit, epoch.as_deref()));
        let mut attempt = PageAttempt::new(page, &planned, &self.book, now, self.runtime, &self.cache, handles)
            .with_resources(self.stages[stage].resources());
        attempt.number = job.attempts();
        attempt.earlier = earlier;
        let is_last = attempt.number >= attempts;
        self.listener.on(&Event::Started(page));
        self.executor.start(number, attempt, is_last);
        true
    }

    /// The fingerprint of a job's page, with what this run has made so far.
    fn fingerprint(&self, job: &JobState) -> Fingerprint {
        let planned = self.stages[job.stage()].planned();
        let values = planned.option_values();
        fingerprint(&planned.entry, planned.asked(&values), &self.book, job.page().unit, &|page| self.book.hash(page))
    }

    /// Whether a page exists and has the same fingerprint, or is kept until `--redo`.
    fn is_up_to_date(&self, job: &JobState, now: &Fingerprint) -> bool {
        let entry = &self.stages[job.stage()].planned().entry;
        self.book.record(job.page()).is_some_and(|record| {
            let changes = changes(entry, now, &record.fingerprint());
            changes.is_empty() || is_kept(&changes, self.paid.contains(&job.page()))
        })
    }

    /// The id of the request to make the page anew, if any.
    fn retry_epoch(&self, job: &JobState) -> Option<String> {
        let page = job.page();
        match job.why() {
            Why::Redo => self.stages[job.stage()].planned().redo.as_ref().map(|marker| marker.id.clone()),
            Why::Failed(_) => {
                let failed = self.book.stage(page.stage).failed.get(&page.unit);
                let failed = failed.map(|failed| (&failed.failure, failed.when));
                let record = || self.book.record(page);
                let substituted =
                    || record().and_then(|record| Some((record.substituted()?, record.operation().finished)));
                failed
                    .or_else(substituted)
                    .filter(|(failure, _)| !failure.transient)
                    .map(|(_, when)| format!("{when:.6}"))
            }
            _ => None,
        }
    }

    fn returned(&mut self, Returned { job: number, time, ended }: Returned) {
        let job = &mut self.jobs[number];
        job.returned(time);
        let (page, stage, attempts) = (job.page(), job.stage(), job.attempts());
        let row = self.stages[stage].row();
        self.queues.release(row);
        match ended {
            Ended::Done(summary) => {
                let without_model = summary.record.as_ref().and_then(|record| record.without_model().cloned());
                self.book.written(page, summary);
                self.listener.on(&Event::Done { page, seconds: time.as_secs_f64() });
                self.settle(number, without_model.map_or(Outcome::Done, Outcome::WithoutModel));
            }
            Ended::Failed(failure) if failure.cause == Cause::DiskFull => self.stop(Stopped::DiskFull),
            // The page stays to do.
            Ended::Failed(failure) if failure.cause == Cause::Aborted => {
                self.abort = self.abort.take().or(Abort::of(&failure));
                self.stop(self.aborted().unwrap_or(Stopped::Aborted));
            }
            Ended::Copied { page: summary, failure } => {
                self.book.written(page, summary);
                self.listener.on(&Event::Copied { page, failure: failure.clone() });
                self.settle_failed(number, Outcome::Copied(failure));
            }
            Ended::Failed(failure) if failure.transient && attempts < self.attempts_of(stage) => {
                self.retry(number, failure);
            }
            Ended::Failed(failure) if matches!(row.policy.on_error, OnError::Skip) => {
                self.listener.on(&Event::Skipped { page, failure: failure.clone() });
                self.settle_failed(number, Outcome::Skipped(failure));
            }
            Ended::Failed(failure) => {
                self.listener.on(&Event::Failed { page, failure: failure.clone() });
                self.settle_failed(number, Outcome::Failed(failure));
            }
        }
    }

    fn block(&mut self, number: usize, by: Blocker) {
        self.listener.on(&Event::Blocked { page: self.jobs[number].page(), by: by.clone() });
        self.settle(number, Outcome::Blocked(by));
    }

    /// Records how a job ended, and starts or blocks the jobs that wait for it.
    pub(super) fn settle(&mut self, number: usize, outcome: Outcome) {
        let job = &mut self.jobs[number];
        let (page, stage) = (job.page(), job.stage());
        let blocker = match &outcome {
            Outcome::Failed(_) => Some(Blocker::Failed(page)),
            Outcome::Skipped(_) => Some(Blocker::Skipped(page)),
            Outcome::Left => Some(Blocker::Left(page)),
            Outcome::Blocked(Blocker::Skipped(first)) => Some(Blocker::Skipped(*first)),
            Outcome::Blocked(_) => Some(Blocker::Blocked(page)),
            _ => None,
        };
        job.end(outcome);
        for number in job.take_dependants() {
            let job = &mut self.jobs[number];
            if job.has_ended() {
                continue;
            }
            if let Some(by) = blocker.clone().filter(|_| job.requires(page)) {
                self.block(number, by);
                continue;
            }
            job.need_ended();
            if job.is_ready() {
                self.enqueue(number);
            }
        }
        self.stages[stage].job_ended();
        if !self.stages[stage].is_open() && !self.stages[stage].has_reached_failure_limit() {
            self.after(stage);
        }
    }

    fn into_summary(self) -> (Summary, BookState) {
        let abort = self.runtime.providers.abort().or(self.abort);
        let made = self.jobs.into_iter().map(|job| (job.page(), job.into_outcome()));
        let mut outcomes: BTreeMap<PageOf, Outcome> = made.collect();
        outcomes.extend(self.settled.into_iter().map(|(page, settled)| (page, Outcome::from(settled))));
        let stages = self.stages.into_iter().map(StageProgress::into_summary).collect();
        let summary = Summary::new(self.book.id.clone(), stages, &outcomes, self.stopped);
        (Summary { abort, shard: self.other_shards.shard, ..summary }, self.book)
    }
}
