use std::time::{Duration, Instant};

use super::Outcome;
use super::scheduler::Scheduler;
use crate::events::Event;
use crate::failure::Failure;
use crate::stage::Parallelism;

impl Scheduler<'_> {
    /// How often a page of a stage with a transient failure is tried.
    pub(super) fn attempts_of(&self, stage: usize) -> u32 {
        let row = self.stages[stage].row();
        // A page that asks a model has asked several times before it fails.
        let otherwise = if row.parallelism == Parallelism::Llm { 1 } else { self.default_attempts };
        row.policy.attempts.unwrap_or(otherwise)
    }

    /// Schedules the next attempt of a job with a transient failure, unless no attempts are left.
    pub(super) fn retry(&mut self, number: usize, failure: Failure) {
        let job = &self.jobs[number];
        if self.stages[job.stage()].has_reached_failure_limit() {
            self.settle(number, Outcome::Left);
        } else if self.stopped.is_none() {
            let wait = backoff(job.attempts(), &failure);
            self.listener.on(&Event::Retrying { page: job.page(), failure, wait_s: wait.as_secs_f64() });
            self.queues.push_at(Instant::now() + wait, number);
        }
    }

    /// Records the permanent failure of a job, and stops its stage if it exceeds the failure limit.
    pub(super) fn settle_failed(&mut self, number: usize, outcome: Outcome) {
        let place = self.jobs[number].stage();
        let stage = &mut self.stages[place];
        let name = stage.row().name;
        let limit_reached = stage.page_failed();
        if let Some(why) = &limit_reached {
            self.listener.on(&Event::FailureLimitReached { stage: name, why: why.clone() });
        }
        self.settle(number, outcome);
        if limit_reached.is_some() {
            self.leave(place);
        }
    }

    /// Leaves all jobs of a stage except those in flight.
    pub(super) fn leave(&mut self, stage: usize) {
        for number in 0..self.jobs.len() {
            let job = &self.jobs[number];
            if job.stage() == stage && !job.is_in_flight() && !job.has_ended() {
                self.settle(number, Outcome::Left);
            }
        }
    }
}
/// How long to wait before a retry: as the failure requests, otherwise half a second, doubled each time, plus a random amount up to
/// half of that, so that pages that failed together are not retried together.
fn backoff(attempt: u32, failure: &Failure) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let base =
        failure.retry_after_s.unwrap_or_else(|| 0.5 * f64::from(1 << attempt.min(8).saturating_sub(1))).min(120.0);
    let chance = RandomState::new().hash_one(attempt) as f64 / u64::MAX as f64;
    Duration::from_secs_f64(base * (1.0 + 0.5 * chance))
}
