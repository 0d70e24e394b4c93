use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::{Duration, Instant};

use super::Settings;
use crate::stage::{Parallelism, Row, Run};

/// The queues of a run: how many pages are in flight at a time, which are ready, and which wait for another attempt. Jobs are known
/// by their place in the plan; the first has priority, so that a page is finished before the next is begun.
pub(super) struct Queues {
    by_key: BTreeMap<QueueKey, Queue>,
    /// Stages to which the user gave their own queue for this run.
    own: BTreeSet<&'static str>,
    retries: BTreeSet<(Instant, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum QueueKey {
    Cpu,
    Io,
    Llm,
    Fixed(&'static str),
}

struct Queue {
    width: usize,
    /// Threads that it may keep busy; 0 for async stages.
    threads: usize,
    in_flight: usize,
    ready: BinaryHeap<Reverse<usize>>,
}

impl QueueKey {
    fn of(row: &Row, has_own: bool) -> Self {
        match row.parallelism {
            _ if has_own => Self::Fixed(row.name),
            Parallelism::Cpu => Self::Cpu,
            Parallelism::Io => Self::Io,
            Parallelism::Llm => Self::Llm,
            Parallelism::Fixed(_) => Self::Fixed(row.name),
        }
    }
}

impl Queues {
    /// `requests` is the number of concurrent requests to language models.
    pub(super) fn new(stages: impl Iterator<Item = &'static Row>, settings: &Settings, requests: usize) -> Self {
        let mut own = BTreeSet::new();
        let mut queues = BTreeMap::new();
        for row in stages {
            let wanted = settings.stage_workers.get(row.name).copied();
            own.extend(wanted.map(|_| row.name));
            let width = match (wanted, row.parallelism) {
                (Some(width), _) => width,
                (None, Parallelism::Cpu) => settings.workers,
                (None, Parallelism::Io) => Parallelism::IN_FLIGHT,
                // While some wait for their replies, others prepare their images.
                (None, Parallelism::Llm) => 2 * requests,
                (None, Parallelism::Fixed(width)) => width as usize,
            }
            .max(1);
            let keeps_threads = matches!(row.run, Run::Blocking(_));
            let threads = if keeps_threads { width } else { 0 };
            let queue = queues.entry(QueueKey::of(row, wanted.is_some()));
            let queue = queue.or_insert_with(|| Queue { width, threads, in_flight: 0, ready: BinaryHeap::new() });
            queue.threads = queue.threads.max(threads);
        }
        Self { by_key: queues, own, retries: BTreeSet::new() }
    }

    /// The maximum number of threads that blocking stages need.
    pub(super) fn threads(&self) -> usize {
        self.by_key.values().map(|queue| queue.threads).sum::<usize>().max(1)
    }

    /// Adds a job that is ready.
    pub(super) fn push(&mut self, row: &Row, job: usize) {
        self.queue(row).ready.push(Reverse(job));
    }

    /// Adds a job that is ready again at `when`.
    pub(super) fn push_at(&mut self, when: Instant, job: usize) {
        self.retries.insert((when, job));
    }

    /// A job that is due for another attempt, to be pushed.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<usize> {
        self.retries.first().filter(|(when, _)| *when <= now)?;
        self.retries.pop_first().map(|(_, job)| job)
    }

    /// How long to wait for the next job that is due, at most `longest`.
    pub(super) fn until_due(&self, longest: Duration) -> Duration {
        self.retries.first().map_or(longest, |(when, _)| when.saturating_duration_since(Instant::now()).min(longest))
    }

    /// Takes the next job for which there is a slot.
    pub(super) fn pop(&mut self) -> Option<usize> {
        let queue = self
            .by_key
            .values_mut()
            .filter(|queue| queue.in_flight < queue.width && !queue.ready.is_empty())
            .max_by_key(|queue| queue.ready.peek().copied())?;
        queue.in_flight += 1;
        queue.ready.pop().map(|Reverse(job)| job)
    }

    /// Releases a slot.
    pub(super) fn release(&mut self, row: &Row) {
        self.queue(row).in_flight -= 1;
    }

    pub(super) fn in_flight(&self) -> usize {
        self.by_key.values().map(|queue| queue.in_flight).sum()
    }

    fn queue(&mut self, row: &Row) -> &mut Queue {
        let key = QueueKey::of(row, self.own.contains(row.name));
        self.by_key.get_mut(&key).expect("every stage of the plan has a queue")
    }
}
