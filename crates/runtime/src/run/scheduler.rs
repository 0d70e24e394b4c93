use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::finish::Ended;
use super::lanes::Lanes;
use super::make::Work;
use super::{Outcome, Runtime, Stop, Stopped, Summary};
use crate::events::{Blocker, Event, Listener, PageOf};
use crate::failure::Cause;
use crate::inspect::{BookState, PageState};
use crate::panics::caught;
use crate::plan::{Job, Plan, PlannedStage, Why, changes, fingerprint, is_kept};
use crate::provide::Abort;
use crate::record::OutputHash;
use crate::stage::{Handles, OnError, Parallelism, Parts, Run};

/// How a run uses the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Pages of `cpu` stages at a time.
    pub workers: usize,
    /// How often a page that fails in passing is tried in one run.
    pub attempts: u32,
}

/// Carries out a plan. A page's failure is counted, not returned.
pub fn run(
    runtime: &Runtime,
    book: &BookState,
    plan: Plan,
    settings: Settings,
    listener: &dyn Listener,
    stop: &Stop,
) -> Summary {
    let (sender, ended) = mpsc::channel();
    let plan = Shared::new(plan);
    let in_flight = runtime.providers.concurrency().unwrap_or(Parallelism::IN_FLIGHT);
    let lanes = Lanes::new(plan.stages.values().map(Arc::as_ref), settings.workers, in_flight);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(lanes.threads())
        .thread_name(|n| format!("page-{n}"))
        .build()
        .expect("threads can be started");
    let mut scheduler = Scheduler {
        runtime,
        book: Cow::Borrowed(book),
        plan: &plan,
        settings,
        listener,
        lanes,
        pool,
        io: None,
        sender,
        waiting: BTreeMap::new(),
        dependants: BTreeMap::new(),
        hashes: BTreeMap::new(),
        parts: Arc::default(),
        attempts: BTreeMap::new(),
        handles: BTreeMap::new(),
        retries: BTreeSet::new(),
        outcomes: BTreeMap::new(),
        open: BTreeMap::new(),
        in_flight: BTreeSet::new(),
        failed: BTreeMap::new(),
        spent: BTreeMap::new(),
        gave_up: BTreeMap::new(),
        before: BTreeMap::new(),
        trouble: BTreeMap::new(),
        stopped: None,
        abort: None,
    };
    runtime.providers.started();
    scheduler.start();
    while scheduler.goes_on(stop) {
        scheduler.dispatch();
        if let Ok((job, time, result)) = ended.recv_timeout(scheduler.patience()) {
            scheduler.ended(job, time, result);
        }
    }
    let Scheduler { outcomes, gave_up, trouble, stopped, abort, .. } = scheduler;
    let abort = runtime.providers.abort().or(abort);
    Summary { abort, ..Summary::new(&plan.plan, outcomes, gave_up, trouble, stopped) }
}

/// A plan with its stages where workers can hold on to them.
pub(super) struct Shared {
    pub(super) plan: Plan,
    stages: BTreeMap<&'static str, Arc<PlannedStage>>,
    pub(super) numbers: BTreeMap<PageOf, usize>,
}

impl Shared {
    fn new(plan: Plan) -> Self {
        let stages = plan.stages.iter().map(|stage| (stage.entry.row.name, Arc::new(stage.clone()))).collect();
        let numbers = plan.jobs.iter().enumerate().map(|(number, job)| (job.page, number)).collect();
        Self { plan, stages, numbers }
    }

    pub(super) fn stage(&self, name: &str) -> &Arc<PlannedStage> {
        &self.stages[name]
    }
}

pub(super) struct Scheduler<'a> {
    pub(super) runtime: &'a Runtime,
    /// As it was looked at, with what hooks have changed since.
    pub(super) book: Cow<'a, BookState>,
    pub(super) plan: &'a Shared,
    pub(super) settings: Settings,
    pub(super) listener: &'a dyn Listener,
    pub(super) lanes: Lanes,
    pool: rayon::ThreadPool,
    /// Started when the first async stage is.
    io: Option<tokio::runtime::Runtime>,
    sender: mpsc::Sender<(usize, Duration, Ended)>,
    /// How many needs of a job are still open.
    waiting: BTreeMap<usize, usize>,
    dependants: BTreeMap<PageOf, Vec<usize>>,
    /// Outputs made in this run.
    hashes: BTreeMap<PageOf, OutputHash>,
    /// What book stages made of single pages.
    parts: Arc<Parts>,
    pub(super) attempts: BTreeMap<usize, u32>,
    /// What providers gave to jobs in flight, over all attempts.
    handles: BTreeMap<usize, Handles>,
    /// Jobs that wait for another try.
    pub(super) retries: BTreeSet<(Instant, usize)>,
    pub(super) outcomes: BTreeMap<PageOf, Outcome>,
    /// Jobs of each stage that have not ended.
    pub(super) open: BTreeMap<&'static str, usize>,
    /// Jobs that are on their way.
    pub(super) in_flight: BTreeSet<usize>,
    /// Pages of each stage that failed in this run, whatever became of them then.
    pub(super) failed: BTreeMap<&'static str, usize>,
    /// Time in the function for each job, all attempts.
    pub(super) spent: BTreeMap<usize, Duration>,
    /// Stages that stopped, since more pages failed than they allow.
    pub(super) gave_up: BTreeMap<&'static str, String>,
    /// What the `before` hooks said, as far as they were asked.
    pub(super) before: BTreeMap<&'static str, Result<(), String>>,
    pub(super) trouble: BTreeMap<&'static str, String>,
    pub(super) stopped: Option<Stopped>,
    /// Why a page was the last: what it needs is no longer to be had.
    abort: Option<Abort>,
}

impl Scheduler<'_> {
    fn start(&mut self) {
        let jobs = &self.plan.plan.jobs;
        for (number, job) in jobs.iter().enumerate() {
            *self.open.entry(job.page.stage).or_default() += 1;
            self.waiting.insert(number, job.needs.len());
            for need in &job.needs {
                self.dependants.entry(need.page).or_default().push(number);
            }
            if job.needs.is_empty() {
                self.lanes.push(self.plan.stage(job.page.stage), number);
            }
        }
        let count =
            |stage: &PlannedStage| (stage.entry.row.name, self.open.get(stage.entry.row.name).copied().unwrap_or(0));
        let jobs = self.plan.plan.stages.iter().map(count).collect();
        self.listener.on(&Event::RunStarted { book: self.book.id.clone(), jobs });
        self.resume_after();
    }

    fn goes_on(&mut self, stop: &Stop) -> bool {
        if self.stopped.is_none()
            && let Some(reason) = self.halted().or_else(|| stop.reason())
        {
            self.stop(reason);
        }
        match self.stopped {
            Some(_) => self.lanes.in_flight() > 0,
            None => self.outcomes.len() < self.plan.plan.jobs.len(),
        }
    }

    /// Whether models may not be asked any more.
    fn halted(&self) -> Option<Stopped> {
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

    /// How long to wait for a page to end before looking at the clock again.
    fn patience(&self) -> Duration {
        let longest = Duration::from_millis(100);
        self.retries.first().map_or(longest, |(when, _)| when.saturating_duration_since(Instant::now()).min(longest))
    }

    fn dispatch(&mut self) {
        if self.stopped.is_some() {
            return;
        }
        let now = Instant::now();
        while let Some((when, job)) = self.retries.first().copied().filter(|(when, _)| *when <= now) {
            self.retries.remove(&(when, job));
            self.lanes.push(self.plan.stage(self.plan.plan.jobs[job].page.stage), job);
        }
        while let Some(job) = self.lanes.next() {
            if !self.begin(job) {
                self.lanes.free(self.plan.stage(self.plan.plan.jobs[job].page.stage));
            }
        }
    }

    /// Sends a job on its way; `false` when it ended without.
    fn begin(&mut self, number: usize) -> bool {
        let job = &self.plan.plan.jobs[number];
        // It ended while it waited: its stage gave up.
        if self.outcomes.contains_key(&job.page) {
            return false;
        }
        let stage = Arc::clone(self.plan.stage(job.page.stage));
        let values = stage.option_values();
        let asked = (&values, stage.model.as_deref());
        let hash = |page: PageOf| self.hashes.get(&page).or_else(|| self.book.hash(page));
        let now = fingerprint(&stage.entry, asked, &self.book, job.page.page, &hash);
        let found = self.book.stage(job.page.stage).pages.get(&job.page.page);
        if let Why::Upstream(_) = job.why
            && let Some(PageState::Valid { record: Some(record), .. }) = found
            && let changes = changes(&stage.entry, &now, &record.fingerprint)
            && (changes.is_empty() || is_kept(&changes, self.plan.plan.paid.contains(&job.page)))
        {
            self.listener.on(&Event::Kept(job.page));
            self.settle(job.page, Outcome::Kept);
            return false;
        }
        if let Err(error) = self.before(&stage) {
            self.block(job.page, Blocker::Before(error));
            return false;
        }
        let epoch = self.retry_epoch(&stage, job);
        let handles = self
            .handles
            .entry(number)
            .or_insert_with(|| self.runtime.handles(&self.book, stage.entry.row, job.page.page, epoch.as_deref()));
        let handles = handles.clone();
        let attempt = self.attempts.entry(number).or_default();
        *attempt += 1;
        let mut work = Work::new(job.page, &stage, &self.book, now, self.runtime, &self.parts, handles);
        work.attempt = *attempt;
        work.earlier = self.spent.get(&number).copied().unwrap_or_default();
        let last = work.attempt >= self.attempts_of(&stage);
        self.listener.on(&Event::Started(job.page));
        self.in_flight.insert(number);
        self.send(number, work, last);
        true
    }

    /// The request that the page be made anew, if there is one.
    fn retry_epoch(&self, stage: &PlannedStage, job: &Job) -> Option<String> {
        let found = self.book.stage(job.page.stage);
        let copied = || match found.pages.get(&job.page.page)? {
            PageState::Valid { record: Some(record), .. } => {
                Some((&record.copied.as_ref()?.failure, &record.operation.finished))
            }
            _ => None,
        };
        match job.why {
            Why::Redo => stage.redo.as_ref().map(|marker| marker.id.clone()),
            Why::Failed(_) => {
                let failed = found.failed.get(&job.page.page).map(|failed| (&failed.failure, &failed.when));
                failed.or_else(copied).filter(|(failure, _)| !failure.transient).map(|(_, when)| when.clone())
            }
            _ => None,
        }
    }

    fn send(&mut self, number: usize, work: Work, last: bool) {
        let sender = self.sender.clone();
        let finish = move |work: &Work, ran: super::make::Ran| {
            let time = ran.time;
            let ended = work.span().in_scope(|| caught(|| Ok(work.finish(ran, last))));
            let ended = ended.unwrap_or_else(|failure| Ended::Failed { failure, full: false });
            // The receiver is gone only when the run is: then nobody counts any more.
            let _ = sender.send((number, time, ended));
        };
        if let Run::Blocking(_) = work.cx.row.run {
            self.pool.spawn(move || {
                let ran = work.span().in_scope(|| work.call());
                finish(&work, ran);
            });
        } else {
            let io = self.io();
            io.spawn(async move {
                use tracing::Instrument;
                let span = work.span();
                let ran = work.wait().instrument(span).await;
                tokio::task::spawn_blocking(move || finish(&work, ran));
            });
        }
    }

    /// What async stages and hooks run on.
    pub(super) fn io(&mut self) -> &tokio::runtime::Runtime {
        self.io.get_or_insert_with(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("an io runtime can be started")
        })
    }

    fn ended(&mut self, number: usize, time: Duration, ended: Ended) {
        let page = self.plan.plan.jobs[number].page;
        let stage = Arc::clone(self.plan.stage(page.stage));
        let allowed = self.attempts_of(&stage);
        self.lanes.free(&stage);
        self.in_flight.remove(&number);
        *self.spent.entry(number).or_default() += time;
        match ended {
            Ended::Done(hash) => {
                self.hashes.insert(page, hash);
                self.listener.on(&Event::Done { page, seconds: time.as_secs_f64() });
                self.settle(page, Outcome::Done);
            }
            Ended::Failed { full: true, .. } => self.stop(Stopped::DiskFull),
            // The page stays to do.
            Ended::Failed { failure, .. } if failure.cause == Cause::Aborted => {
                self.abort = self.abort.take().or(Abort::of(&failure));
                self.stop(self.halted().unwrap_or(Stopped::Aborted));
            }
            Ended::Copied { hash, failure } => {
                self.hashes.insert(page, hash);
                self.listener.on(&Event::Copied { page, failure: failure.clone() });
                self.settle_failed(page, Outcome::Copied(failure));
            }
            Ended::Failed { failure, .. } if failure.transient && self.attempts[&number] < allowed => {
                self.retry(number, failure);
            }
            Ended::Failed { failure, .. } if matches!(stage.entry.row.policy.on_error, OnError::Skip) => {
                self.listener.on(&Event::Skipped { page, failure: failure.clone() });
                self.settle_failed(page, Outcome::Skipped(failure));
            }
            Ended::Failed { failure, .. } => {
                self.listener.on(&Event::Failed { page, failure: failure.clone() });
                self.settle_failed(page, Outcome::Failed(failure));
            }
        }
    }

    fn block(&mut self, page: PageOf, by: Blocker) {
        self.listener.on(&Event::Blocked { page, by: by.clone() });
        self.settle(page, Outcome::Blocked(by));
    }

    /// Notes how a page ended, and lets go or blocks what waits for it.
    pub(super) fn settle(&mut self, page: PageOf, outcome: Outcome) {
        let blocker = match &outcome {
            Outcome::Failed(_) => Some(Blocker::Failed(page)),
            Outcome::Skipped(_) => Some(Blocker::Skipped(page)),
            Outcome::Left => Some(Blocker::Left(page)),
            Outcome::Blocked(Blocker::Skipped(first)) => Some(Blocker::Skipped(*first)),
            Outcome::Blocked(_) => Some(Blocker::Blocked(page)),
            _ => None,
        };
        self.outcomes.insert(page, outcome);
        self.handles.remove(&self.plan.numbers[&page]);
        for number in self.dependants.remove(&page).unwrap_or_default() {
            let job = &self.plan.plan.jobs[number];
            let required = job.needs.iter().any(|need| need.page == page && need.required);
            if self.outcomes.contains_key(&job.page) {
                continue;
            }
            if let (Some(by), true) = (&blocker, required) {
                self.block(job.page, by.clone());
                continue;
            }
            let waiting = self.waiting.get_mut(&number).expect("every job waits for its needs");
            *waiting -= 1;
            if *waiting == 0 {
                self.lanes.push(self.plan.stage(job.page.stage), number);
            }
        }
        let open = self.open.get_mut(page.stage).expect("every stage of the plan is counted");
        *open -= 1;
        if *open == 0 && !self.gave_up.contains_key(page.stage) {
            self.after(page.stage);
        }
    }
}
