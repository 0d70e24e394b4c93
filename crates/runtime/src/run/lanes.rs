use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::plan::PlannedStage;
use crate::stage::Parallelism;

/// The queues of a run: how many pages are in flight at a time, and which wait. Jobs are known by their place in the plan; the
/// first goes first, so that a page is finished before the next is begun.
pub(super) struct Lanes {
    lanes: BTreeMap<LaneKey, Lane>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum LaneKey {
    Cpu,
    Io,
    Llm,
    Fixed(&'static str),
}

struct Lane {
    width: usize,
    in_flight: usize,
    ready: BinaryHeap<Reverse<usize>>,
}

impl LaneKey {
    fn of(stage: &PlannedStage) -> Self {
        match stage.entry.row.parallelism {
            Parallelism::Cpu => Self::Cpu,
            Parallelism::Io => Self::Io,
            Parallelism::Llm => Self::Llm,
            Parallelism::Fixed(_) => Self::Fixed(stage.entry.row.name),
        }
    }
}

impl Lanes {
    /// `requests` are those of language models at a time.
    pub(super) fn new<'a>(stages: impl Iterator<Item = &'a PlannedStage>, workers: usize, requests: usize) -> Self {
        let lanes = stages.map(|stage| {
            let width = match stage.entry.row.parallelism {
                Parallelism::Cpu => workers,
                Parallelism::Io => Parallelism::IN_FLIGHT,
                // While some wait for their replies, others make their pictures.
                Parallelism::Llm => 2 * requests,
                Parallelism::Fixed(width) => width as usize,
            };
            (LaneKey::of(stage), Lane { width: width.max(1), in_flight: 0, ready: BinaryHeap::new() })
        });
        Self { lanes: lanes.collect() }
    }

    /// Threads that blocking stages need at most.
    pub(super) fn threads(&self) -> usize {
        let blocking = self.lanes.iter().filter(|(key, _)| matches!(key, LaneKey::Cpu | LaneKey::Fixed(_)));
        blocking.map(|(_, lane)| lane.width).sum::<usize>().max(1)
    }

    pub(super) fn push(&mut self, stage: &PlannedStage, job: usize) {
        self.lane(stage).ready.push(Reverse(job));
    }

    /// The next job that has a place, which it takes.
    pub(super) fn next(&mut self) -> Option<usize> {
        let lane = self
            .lanes
            .values_mut()
            .filter(|lane| lane.in_flight < lane.width && !lane.ready.is_empty())
            .max_by_key(|lane| lane.ready.peek().copied())?;
        lane.in_flight += 1;
        lane.ready.pop().map(|Reverse(job)| job)
    }

    /// Gives a place back.
    pub(super) fn free(&mut self, stage: &PlannedStage) {
        self.lane(stage).in_flight -= 1;
    }

    pub(super) fn in_flight(&self) -> usize {
        self.lanes.values().map(|lane| lane.in_flight).sum()
    }

    fn lane(&mut self, stage: &PlannedStage) -> &mut Lane {
        self.lanes.get_mut(&LaneKey::of(stage)).expect("every stage of the plan has a lane")
    }
}
