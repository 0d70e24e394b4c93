use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use shelf_runtime::book::Unit;
use shelf_runtime::events::{Event, Listener, PageOf};
use shelf_runtime::registry::Registry;

use super::memory::memory_mib;
use super::timeline::{Attempt, Sample, Timeline};

/// Records the events of a run, and passes them on.
pub(crate) struct Recorder<'a> {
    next: &'a dyn Listener,
    started: Instant,
    /// Stages and what works on them: `cpu`, `llm`, or the stage's own name.
    pools: Vec<(&'static str, String)>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    timeline: Timeline,
    in_progress: HashMap<PageOf, Begun>,
    /// Pool and number of the workers in the timeline, and whether they are at work.
    workers: Vec<Worker>,
    sampled: Option<Duration>,
}

struct Begun {
    at: f64,
    worker: usize,
}

struct Worker {
    pool: String,
    is_busy: bool,
}

/// How often memory is measured, at most.
const SAMPLE_EVERY: Duration = Duration::from_millis(200);

impl<'a> Recorder<'a> {
    /// A recorder of a run that begins now.
    pub(crate) fn new(registry: &Registry, next: &'a dyn Listener) -> Self {
        use shelf_runtime::stage::Parallelism;
        let pool = |row: &shelf_runtime::stage::Row| match row.parallelism {
            Parallelism::Fixed(_) => row.name.to_owned(),
            shared => shared.label(),
        };
        let pools = registry.stages().iter().map(|entry| (entry.row.name, pool(entry.row))).collect();
        Self { next, started: Instant::now(), pools, state: Mutex::default() }
    }

    /// What was recorded until now.
    pub(crate) fn timeline(self) -> Timeline {
        let seconds = self.started.elapsed().as_secs_f64();
        let state = self.state.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        Timeline { seconds, ..state.timeline }
    }
}

impl Listener for Recorder<'_> {
    fn on(&self, event: &Event) {
        {
            let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let at = self.started.elapsed();
            state.record(event, at.as_secs_f64(), &self.pools);
            state.sample(at);
        }
        self.next.on(event);
    }
}

impl State {
    fn record(&mut self, event: &Event, at: f64, pools: &[(&'static str, String)]) {
        match event {
            Event::RunStarted { book, jobs } => {
                self.timeline.books.push(book.to_string());
                for (stage, _) in jobs.iter().filter(|(_, pages)| *pages > 0) {
                    self.stage(stage);
                }
            }
            Event::Started(page) => {
                let pool = pools.iter().find(|(stage, _)| *stage == page.stage).map_or(page.stage, |(_, pool)| pool);
                let worker = self.free_worker(pool);
                self.in_progress.insert(*page, Begun { at, worker });
            }
            Event::Done { page, seconds } => self.end(*page, at, Some(*seconds), "made"),
            Event::Failed { page, .. } => self.end(*page, at, None, "failed"),
            Event::Skipped { page, .. } => self.end(*page, at, None, "skipped"),
            Event::Copied { page, .. } => self.end(*page, at, None, "copied"),
            Event::Retrying { page, .. } => self.end(*page, at, None, "retried"),
            _ => {}
        }
    }

    fn stage(&mut self, name: &'static str) -> usize {
        let stages = &mut self.timeline.stages;
        stages.iter().position(|known| *known == name).unwrap_or_else(|| {
            stages.push(name);
            stages.len() - 1
        })
    }

    /// The first worker of the pool that has nothing to do.
    fn free_worker(&mut self, pool: &str) -> usize {
        let free = self.workers.iter().position(|worker| worker.pool == pool && !worker.is_busy);
        let free = free.unwrap_or_else(|| {
            let number = self.workers.iter().filter(|worker| worker.pool == pool).count() + 1;
            self.timeline.workers.push(format!("{pool} {number}"));
            self.workers.push(Worker { pool: pool.to_owned(), is_busy: true });
            self.workers.len() - 1
        });
        self.workers[free].is_busy = true;
        free
    }

    fn end(&mut self, page: PageOf, end: f64, worked: Option<f64>, outcome: &'static str) {
        // A page that fails before it begins has no bar.
        let Some(Begun { at: start, worker }) = self.in_progress.remove(&page) else { return };
        self.workers[worker].is_busy = false;
        let number = match page.unit {
            Unit::Page(page) => page.get(),
            Unit::Book => 0,
        };
        let book = self.timeline.books.len().saturating_sub(1);
        let stage = self.stage(page.stage);
        let worked = worked.map(|worked| worked.min(end - start));
        self.timeline.attempts.push(Attempt { book, stage, page: number, worker, start, end, worked, outcome });
    }

    fn sample(&mut self, at: Duration) {
        if self.sampled.is_some_and(|last| at < last + SAMPLE_EVERY) {
            return;
        }
        self.sampled = Some(at);
        if let Some(mib) = memory_mib() {
            self.timeline.memory.push(Sample { at: at.as_secs_f64(), mib });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf_runtime::book::PageNumber;
    use shelf_runtime::failure::Failure;

    fn page(stage: &'static str, number: u32) -> PageOf {
        PageOf { stage, unit: Unit::Page(PageNumber::new(number).unwrap()) }
    }

    /// The timeline of events, one a second.
    fn timeline(events: &[Event]) -> Timeline {
        let pools = [("read", "cpu".to_owned()), ("ask", "llm".to_owned())];
        let mut state = State::default();
        for (event, second) in events.iter().zip(0..) {
            state.record(event, f64::from(second), &pools);
        }
        state.timeline
    }

    #[test]
    fn pages_are_given_to_the_first_free_worker_of_their_pool() {
        let (one, two, asked) = (page("read", 1), page("read", 2), page("ask", 1));
        let timeline = timeline(&[
            Event::RunStarted { book: "florida".parse().unwrap(), jobs: vec![("none", 0), ("read", 2), ("ask", 1)] },
            Event::Started(one),
            Event::Started(two),
            Event::Done { page: one, seconds: 0.5 },
            Event::Started(asked),
            Event::Started(page("read", 3)),
            Event::Done { page: asked, seconds: 1.0 },
            Event::Done { page: two, seconds: 99.0 },
        ]);
        assert_eq!(timeline.stages, ["read", "ask"]);
        assert_eq!(timeline.books, ["florida"]);
        assert_eq!(timeline.workers, ["cpu 1", "cpu 2", "llm 1"]);
        let told: Vec<_> =
            timeline.attempts.iter().map(|it| (it.stage, it.page, it.worker, it.start, it.end, it.worked)).collect();
        assert_eq!(
            told,
            [(0, 1, 0, 1.0, 3.0, Some(0.5)), (1, 1, 2, 4.0, 6.0, Some(1.0)), (0, 2, 1, 2.0, 7.0, Some(5.0))]
        );
    }

    #[test]
    fn an_attempt_that_is_retried_has_its_own_bar() {
        let read = page("read", 1);
        let failure = Failure::new("not now");
        let timeline = timeline(&[
            Event::RunStarted { book: "florida".parse().unwrap(), jobs: vec![("read", 1)] },
            Event::Started(read),
            Event::Retrying { page: read, failure: failure.clone(), wait_s: 1.0 },
            Event::Started(read),
            Event::Failed { page: read, failure: failure.clone() },
            Event::Failed { page: page("read", 2), failure },
        ]);
        let outcomes: Vec<_> = timeline.attempts.iter().map(|it| (it.page, it.worker, it.outcome, it.worked)).collect();
        assert_eq!(outcomes, [(1, 0, "retried", None), (1, 0, "failed", None)]);
    }
}
