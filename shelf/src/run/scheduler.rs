use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::finish::Ended;
use super::lanes::Lanes;
use super::make::Work;
use super::{Outcome, Runtime, Stop, Stopped, Summary};
use crate::events::{Blocker, Event, Listener, PageOf};
use crate::panics::caught;
use crate::plan::{BookState, PageState, Plan, PlannedStage, Settled, Why, fingerprint};
use crate::record::Hash;
use crate::stage::{Failure, Run, StageRun};

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
    let lanes = Lanes::new(plan.stages.values().map(Arc::as_ref), settings.workers);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(lanes.threads())
        .thread_name(|n| format!("page-{n}"))
        .build()
        .expect("threads can be started");
    let mut scheduler = Scheduler {
        runtime,
        book,
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
        attempts: BTreeMap::new(),
        retries: BTreeSet::new(),
        outcomes: BTreeMap::new(),
        open: BTreeMap::new(),
        before: BTreeMap::new(),
        trouble: BTreeMap::new(),
        stopped: None,
    };
    scheduler.start();
    while scheduler.goes_on(stop) {
        scheduler.dispatch();
        if let Ok((job, seconds, result)) = ended.recv_timeout(scheduler.patience()) {
            scheduler.ended(job, seconds, result);
        }
    }
    let (outcomes, trouble, stopped) = (scheduler.outcomes, scheduler.trouble, scheduler.stopped);
    Summary::new(&plan.plan, outcomes, trouble, stopped)
}

/// A plan with its stages where workers can hold on to them.
struct Shared {
    plan: Plan,
    stages: BTreeMap<&'static str, Arc<PlannedStage>>,
    numbers: BTreeMap<PageOf, usize>,
}

impl Shared {
    fn new(plan: Plan) -> Self {
        let stages = plan.stages.iter().map(|stage| (stage.entry.row.name, Arc::new(stage.clone()))).collect();
        let numbers = plan.jobs.iter().enumerate().map(|(number, job)| (job.page, number)).collect();
        Self { plan, stages, numbers }
    }

    fn stage(&self, name: &str) -> &Arc<PlannedStage> {
        &self.stages[name]
    }
}

struct Scheduler<'a> {
    runtime: &'a Runtime,
    book: &'a BookState,
    plan: &'a Shared,
    settings: Settings,
    listener: &'a dyn Listener,
    lanes: Lanes,
    pool: rayon::ThreadPool,
    /// Started when the first async stage is.
    io: Option<tokio::runtime::Runtime>,
    sender: mpsc::Sender<(usize, f64, Ended)>,
    /// How many needs of a job are still open.
    waiting: BTreeMap<usize, usize>,
    dependants: BTreeMap<PageOf, Vec<usize>>,
    /// Outputs made in this run.
    hashes: BTreeMap<PageOf, Hash>,
    attempts: BTreeMap<usize, u32>,
    /// Jobs that wait for another try.
    retries: BTreeSet<(Instant, usize)>,
    outcomes: BTreeMap<PageOf, Outcome>,
    /// Jobs of each stage that have not ended.
    open: BTreeMap<&'static str, usize>,
    /// What the `before` hooks said, as far as they were asked.
    before: BTreeMap<&'static str, Result<(), String>>,
    trouble: BTreeMap<&'static str, String>,
    stopped: Option<Stopped>,
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
    }

    fn goes_on(&mut self, stop: &Stop) -> bool {
        if self.stopped.is_none()
            && let Some(reason) = stop.reason()
        {
            self.stop(reason);
        }
        match self.stopped {
            Some(_) => self.lanes.in_flight() > 0,
            None => self.outcomes.len() < self.plan.plan.jobs.len(),
        }
    }

    fn stop(&mut self, reason: Stopped) {
        self.stopped = Some(reason);
        self.listener.on(&Event::Stopping);
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
        let stage = Arc::clone(self.plan.stage(job.page.stage));
        let values = stage.option_values();
        let hash = |page: PageOf| self.hashes.get(&page).or_else(|| self.book.hash(page)).cloned();
        let now = fingerprint(&stage.entry, &values, self.book, job.page.page, &hash);
        let found = self.book.stage(job.page.stage).pages.get(&job.page.page);
        if let Why::Upstream(_) = job.why
            && let Some(PageState::Whole { record: Some(record), .. }) = found
            && now.changes_since(&record.fingerprint, &stage.entry.option_defaults).is_empty()
        {
            self.listener.on(&Event::Kept(job.page));
            self.settle(job.page, Outcome::Kept);
            return false;
        }
        if let Err(error) = self.before(&stage) {
            self.block(job.page, Blocker::Before(error));
            return false;
        }
        let attempt = self.attempts.entry(number).or_default();
        *attempt += 1;
        let mut work = Work::new(job.page, &stage, self.book, now, &self.runtime.store, &self.runtime.children);
        work.attempt = *attempt;
        let last = *attempt >= self.settings.attempts;
        self.listener.on(&Event::Started(job.page));
        self.send(number, work, last);
        true
    }

    fn send(&mut self, number: usize, work: Work, last: bool) {
        let sender = self.sender.clone();
        let finish = move |work: &Work, ran: super::make::Ran| {
            let seconds = ran.time.as_secs_f64();
            let ended = work.span().in_scope(|| caught(|| Ok(work.finish(ran, last))));
            let ended = ended.unwrap_or_else(|failure| Ended::Failed { failure, full: false });
            // The receiver is gone only when the run is: then nobody counts any more.
            let _ = sender.send((number, seconds, ended));
        };
        if let Run::Blocking(_) = work.cx.row.run {
            self.pool.spawn(move || {
                let ran = work.span().in_scope(|| work.call());
                finish(&work, ran);
            });
        } else {
            let io = self.io.get_or_insert_with(|| {
                tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()
                    .expect("an io runtime can be started")
            });
            io.spawn(async move {
                use tracing::Instrument;
                let span = work.span();
                let ran = work.wait().instrument(span).await;
                tokio::task::spawn_blocking(move || finish(&work, ran));
            });
        }
    }

    fn ended(&mut self, number: usize, seconds: f64, ended: Ended) {
        let page = self.plan.plan.jobs[number].page;
        self.lanes.free(self.plan.stage(page.stage));
        match ended {
            Ended::Done(hash) => {
                self.hashes.insert(page, hash);
                self.listener.on(&Event::Done { page, seconds });
                self.settle(page, Outcome::Done);
            }
            Ended::Failed { full: true, .. } => self.stop(Stopped::DiskFull),
            Ended::Failed { failure, .. } if failure.transient && self.attempts[&number] < self.settings.attempts => {
                if self.stopped.is_none() {
                    let wait = backoff(self.attempts[&number], &failure);
                    self.listener.on(&Event::Retrying { page, failure, wait_s: wait.as_secs_f64() });
                    self.retries.insert((Instant::now() + wait, number));
                }
            }
            Ended::Failed { failure, .. } => {
                self.listener.on(&Event::Failed { page, failure: failure.clone() });
                self.settle(page, Outcome::Failed(failure));
            }
        }
    }

    fn block(&mut self, page: PageOf, by: Blocker) {
        self.listener.on(&Event::Blocked { page, by: by.clone() });
        self.settle(page, Outcome::Blocked(by));
    }

    /// Notes how a page ended, and lets go or blocks what waits for it.
    fn settle(&mut self, page: PageOf, outcome: Outcome) {
        let blocker = match &outcome {
            Outcome::Failed(_) => Some(Blocker::Failed(page)),
            Outcome::Blocked(_) => Some(Blocker::Blocked(page)),
            _ => None,
        };
        self.outcomes.insert(page, outcome);
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
        if *open == 0 {
            self.after(page.stage);
        }
    }

    /// What the stage's `before` hook says, asked once.
    fn before(&mut self, stage: &Arc<PlannedStage>) -> Result<(), String> {
        let name = stage.entry.row.name;
        if !self.before.contains_key(name) {
            let said = stage.entry.row.before.map_or(Ok(()), |hook| self.call_hook(stage, hook));
            self.before.insert(name, said.map_err(|failure| failure.to_string()));
        }
        self.before[name].clone()
    }

    fn after(&mut self, stage: &'static str) {
        let planned = Arc::clone(self.plan.stage(stage));
        if let Some(hook) = planned.entry.row.after
            && let Err(failure) = self.call_hook(&planned, hook)
        {
            self.trouble.insert(stage, format!("the stage's `after` hook failed: {failure}"));
        }
    }

    fn call_hook(&self, stage: &PlannedStage, hook: crate::stage::Hook) -> Result<(), Failure> {
        let name = stage.entry.row.name;
        let crate::stage::Hook::Blocking(call) = hook;
        let of_stage = |page: &&PageOf| page.stage == name;
        let mut pages: Vec<_> = self
            .plan
            .numbers
            .keys()
            .chain(self.plan.plan.settled.keys())
            .filter(of_stage)
            .filter_map(|of| of.page)
            .collect();
        pages.sort_unstable();
        let ended = |wanted: fn(&Outcome) -> bool| {
            self.outcomes.iter().filter(|(page, outcome)| page.stage == name && wanted(outcome)).count()
        };
        let kept = self.plan.plan.settled.iter().filter(|(page, s)| page.stage == name && **s == Settled::Kept).count();
        let run = StageRun {
            book: self.book.id.clone(),
            metadata: self.book.metadata.clone(),
            pages,
            done: kept + ended(|outcome| matches!(outcome, Outcome::Done | Outcome::Kept)),
            failed: ended(|outcome| matches!(outcome, Outcome::Failed(_))),
        };
        caught(|| call(&run))
    }
}

/// How long to wait before another try: what the failure asks for, else half a second, doubled each time, and up to half as much
/// again by chance, so that pages that failed together do not come back together.
fn backoff(attempt: u32, failure: &Failure) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let base =
        failure.retry_after_s.unwrap_or_else(|| 0.5 * f64::from(1 << attempt.min(8).saturating_sub(1))).min(120.0);
    let chance = RandomState::new().hash_one(attempt) as f64 / u64::MAX as f64;
    Duration::from_secs_f64(base * (1.0 + 0.5 * chance))
}
