use std::time::{Duration, Instant};

use super::Outcome;
use super::scheduler::Scheduler;
use crate::events::{Event, PageOf};
use crate::failure::Failure;
use crate::plan::PlannedStage;
use crate::stage::Parallelism;

impl Scheduler<'_> {
    /// How often a page of `stage` that fails in passing is tried.
    pub(super) fn attempts_of(&self, stage: &PlannedStage) -> u32 {
        // Who asks a model has asked several times before the page fails.
        let otherwise = if stage.entry.row.parallelism == Parallelism::Llm { 1 } else { self.settings.attempts };
        stage.entry.row.policy.attempts.unwrap_or(otherwise)
    }

    /// Lets a page that failed in passing wait for its next try, unless there is to be none.
    pub(super) fn retry(&mut self, number: usize, failure: Failure) {
        let page = self.plan.plan.jobs[number].page;
        if self.gave_up.contains_key(page.stage) {
            self.settle(page, Outcome::Left);
        } else if self.stopped.is_none() {
            let wait = backoff(self.attempts[&number], &failure);
            self.listener.on(&Event::Retrying { page, failure, wait_s: wait.as_secs_f64() });
            self.retries.insert((Instant::now() + wait, number));
        }
    }

    /// Notes how a page ended that failed for good, and stops its stage when that is one too many.
    pub(super) fn settle_failed(&mut self, page: PageOf, outcome: Outcome) {
        let stage = page.stage;
        let failed = self.failed.entry(stage).or_default();
        *failed += 1;
        let failed = *failed;
        let policy = self.plan.stage(stage).entry.row.policy;
        let asked = self.plan.numbers.keys().chain(self.plan.plan.settled.keys());
        let asked = asked.filter(|of| of.stage == stage).count();
        let exceeded = policy.max_failed.filter(|max_failed| max_failed.is_exceeded(failed, asked));
        let Some(max_failed) = exceeded.filter(|_| !self.gave_up.contains_key(stage)) else {
            return self.settle(page, outcome);
        };
        let why = format!("{failed} of {asked} pages failed, and it says `{max_failed}`");
        self.listener.on(&Event::GaveUp { stage, why: why.clone() });
        self.gave_up.insert(stage, why);
        self.settle(page, outcome);
        self.leave(stage);
    }

    /// Leaves all pages of a stage that have not been begun.
    fn leave(&mut self, stage: &str) {
        for (number, job) in self.plan.plan.jobs.iter().enumerate() {
            let of_stage = job.page.stage == stage;
            if of_stage && !self.in_flight.contains(&number) && !self.outcomes.contains_key(&job.page) {
                self.settle(job.page, Outcome::Left);
            }
        }
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
