use std::time::Duration;

use super::Outcome;
use crate::events::PageOf;
use crate::plan::{Job, Why};
use crate::stage::Handles;

/// A job of the plan and its progress in this run.
pub(super) struct JobState {
    job: Job,
    stage: usize,
    /// Jobs that must end first and have not.
    open_needs: usize,
    /// Jobs that wait for this one.
    dependants: Vec<usize>,
    progress: Progress,
    attempts: u32,
    /// Time in the stage's function, all attempts.
    time: Duration,
    /// Its handles from providers, kept for all attempts.
    handles: Option<Handles>,
}

enum Progress {
    Waiting,
    InFlight,
    Ended(Outcome),
}

impl JobState {
    /// A job of stage number `stage` in the plan.
    pub(super) fn new(job: Job, stage: usize) -> Self {
        Self {
            open_needs: job.needs.len(),
            job,
            stage,
            dependants: Vec::new(),
            progress: Progress::Waiting,
            attempts: 0,
            time: Duration::ZERO,
            handles: None,
        }
    }

    pub(super) fn page(&self) -> PageOf {
        self.job.page
    }

    pub(super) fn why(&self) -> &Why {
        &self.job.why
    }

    /// Its stage's place in the plan.
    pub(super) fn stage(&self) -> usize {
        self.stage
    }

    /// The pages that it waits for.
    pub(super) fn needs(&self) -> impl Iterator<Item = PageOf> + '_ {
        self.job.needs.iter().map(|need| need.page)
    }

    /// Whether it cannot be made without `page`.
    pub(super) fn requires(&self, page: PageOf) -> bool {
        self.job.needs.iter().any(|need| need.page == page && need.is_required())
    }

    pub(super) fn add_dependant(&mut self, job: usize) {
        self.dependants.push(job);
    }

    pub(super) fn take_dependants(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.dependants)
    }

    /// Whether all jobs that must end first have ended.
    pub(super) fn is_ready(&self) -> bool {
        self.open_needs == 0
    }

    /// Counts that a page it waits for has ended.
    pub(super) fn need_ended(&mut self) {
        self.open_needs -= 1;
    }

    /// Begins an attempt, with the handles of the first one.
    pub(super) fn begin(&mut self, handles: impl FnOnce() -> Handles) -> Handles {
        self.progress = Progress::InFlight;
        self.attempts += 1;
        self.handles.get_or_insert_with(handles).clone()
    }

    /// The attempt that was in flight has returned after `time`.
    pub(super) fn returned(&mut self, time: Duration) {
        self.progress = Progress::Waiting;
        self.time += time;
    }

    /// Records how it ended.
    pub(super) fn end(&mut self, outcome: Outcome) {
        self.progress = Progress::Ended(outcome);
        self.handles = None;
    }

    pub(super) fn is_in_flight(&self) -> bool {
        matches!(self.progress, Progress::InFlight)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.outcome().is_some()
    }

    /// How it ended, if it has.
    pub(super) fn outcome(&self) -> Option<&Outcome> {
        match &self.progress {
            Progress::Ended(outcome) => Some(outcome),
            Progress::Waiting | Progress::InFlight => None,
        }
    }

    /// How it ended; left to do if it has not.
    pub(super) fn into_outcome(self) -> Outcome {
        match self.progress {
            Progress::Ended(outcome) => outcome,
            Progress::Waiting | Progress::InFlight => Outcome::Left,
        }
    }

    /// Attempts so far, including the one in flight.
    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Time in the stage's function so far.
    pub(super) fn time(&self) -> Duration {
        self.time
    }
}
