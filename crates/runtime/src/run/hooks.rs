use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use super::Outcome;
use super::job_state::JobState;
use super::scheduler::Scheduler;
use crate::book::Unit;
use crate::clock;
use crate::failure::Failure;
use crate::panics::caught;
use crate::plan::Settled;
use crate::record::{AfterDue, with_checksum};
use crate::stage::{HookCall, Reader, Row, StageRun};
use crate::store::BookPath;

/// Whether this run calls the `after` hook of a stage whose pages it has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallsAfter {
    Now,
    /// A later run of the same shard does, when other shards have made their pages.
    Later,
    OtherShard,
}

impl Scheduler<'_> {
    /// Calls the stage's `before` hook once and returns its result. From then on the `after` hook is due.
    pub(super) fn before(&mut self, stage: usize) -> Result<(), String> {
        if self.stages[stage].before().is_none() {
            let row = self.stages[stage].row();
            let run = self.stage_run(stage);
            let returned = match row.before {
                Some(hook) => caught(|| Ok(hook(&run))).and_then(|called| self.wait_for(called)),
                None => Ok(()),
            };
            let returned = returned.map_err(|failure| format!("the stage's `before` hook failed: {failure}"));
            let returned = returned.and_then(|()| self.open_resources(stage));
            let due = || {
                self.write_after_due(row)
                    .map_err(|failure| format!("cannot record that its `after` hook is due: {failure}"))
            };
            let returned = returned.and_then(|()| due());
            self.stages[stage].before_returned(returned);
        }
        self.stages[stage].before().cloned().expect("the hook has returned")
    }

    /// Opens the stage's resources.
    fn open_resources(&mut self, stage: usize) -> Result<(), String> {
        let planned = Arc::clone(self.stages[stage].planned());
        let in_workers = !self.runtime.worker_pool.is_in_process();
        let opened = self.executor.block_on(planned.open(&self.book, &self.resources, in_workers));
        self.stages[stage].opened(opened.map_err(|failure| match &failure.hint {
            Some(hint) => format!("{failure}; {hint}"),
            None => failure.to_string(),
        })?);
        Ok(())
    }

    /// Calls the `after` hooks of stages with nothing to do whose hook was interrupted in an earlier run, or left to this shard.
    pub(super) fn resume_after(&mut self) {
        for stage in 0..self.stages.len() {
            let row = self.stages[stage].row();
            if row.after.is_some() && self.calls_after(row) == CallsAfter::Later {
                self.stages[stage].after_waits();
            }
            let has_jobs = self.stages[stage].jobs() > 0;
            if !has_jobs && self.book.stage(row.name).after_due.is_some() {
                self.after(stage);
            }
        }
    }

    /// Of the shards of a book, one calls the `after` hook of a page stage, once the pages of all shards have ended.
    fn calls_after(&self, row: &Row) -> CallsAfter {
        let others = &self.other_shards;
        match others.shard.filter(|_| !row.book) {
            Some(shard) if !shard.owns_book(&self.book.id) => CallsAfter::OtherShard,
            Some(_) if others.jobs.iter().any(|page| page.stage == row.name) => CallsAfter::Later,
            _ => CallsAfter::Now,
        }
    }

    /// Calls the stage's `after` hook, if due, and writes the metadata if the hook has changed them.
    pub(super) fn after(&mut self, stage: usize) {
        let row = self.stages[stage].row();
        if self.calls_after(row) != CallsAfter::Now {
            return;
        }
        let has_begun = matches!(self.stages[stage].before(), Some(Ok(())));
        if !has_begun && self.book.stage(row.name).after_due.is_none() {
            return;
        }
        if let Some(hook) = row.after {
            let mut run = self.stage_run(stage);
            let ended = caught(|| Ok(hook(&mut run))).and_then(|called| self.wait_for(called));
            if let Err(failure) = ended.and_then(|()| self.conclude(row.name, run)) {
                self.stages[stage].after_failed(format!("the stage's `after` hook failed: {failure}"));
            }
        }
    }

    fn write_after_due(&self, row: &Row) -> Result<(), Failure> {
        if row.after.is_none() {
            return Ok(());
        }
        let path = AfterDue::path(&self.book.id, row.name)?;
        Ok(self.runtime.store.write(&path, &serde_json::to_vec(&AfterDue { since: clock::now() })?)?)
    }

    /// Writes the metadata first, then removes the marker: after an interruption in between, the hook is called again.
    fn conclude(&mut self, stage: &str, run: StageRun) -> Result<(), Failure> {
        let store = &self.runtime.store;
        if run.metadata != self.book.metadata {
            store.write(
                &BookPath::metadata(&self.book.id),
                &serde_json::to_vec_pretty(&with_checksum(&run.metadata)?)?,
            )?;
            self.book.metadata = run.metadata;
        }
        Ok(store.remove(&AfterDue::path(&self.book.id, stage)?)?)
    }

    fn wait_for(&mut self, called: HookCall<'_>) -> Result<(), Failure> {
        match called {
            HookCall::Returned(result) => result,
            HookCall::Awaited(mut future) => {
                let executor = &mut self.executor;
                caught(|| executor.block_on(poll_fn(|task| future.as_mut().poll(task))))
            }
        }
    }

    fn stage_run(&self, stage: usize) -> StageRun {
        let row = self.stages[stage].row();
        let jobs = || self.jobs.iter().filter(|job| job.stage() == stage);
        // The hook is called once for the pages of all shards.
        let settled = self.settled.iter().chain(&self.other_shards.settled);
        let settled = || settled.clone().filter(|(page, _)| page.stage == row.name);
        let mut pages: Vec<_> = jobs()
            .map(JobState::page)
            .chain(settled().map(|(page, _)| *page))
            .filter_map(|of| of.unit.page())
            .collect();
        pages.sort_unstable();
        let ended = |wanted: fn(&Outcome) -> bool| jobs().filter(|job| job.outcome().is_some_and(wanted)).count();
        let kept = settled().filter(|(_, settled)| **settled == Settled::Kept).count();
        StageRun {
            book: self.book.id.clone(),
            metadata: self.book.metadata.clone(),
            pages,
            done: kept
                + ended(|outcome| {
                    matches!(outcome, Outcome::Done | Outcome::Kept | Outcome::Copied(_) | Outcome::WithoutModel(_))
                }),
            copied: ended(|outcome| matches!(outcome, Outcome::Copied(_))),
            failed: ended(|outcome| matches!(outcome, Outcome::Failed(_))),
            skipped: ended(|outcome| matches!(outcome, Outcome::Skipped(_))),
            blocked: ended(|outcome| matches!(outcome, Outcome::Blocked(_))),
            seconds: jobs().map(JobState::time).sum::<Duration>().as_secs_f64(),
            handles: self.runtime.handles(&self.book, row, Unit::Book, None),
            reader: Reader::new(Arc::clone(&self.runtime.store), Arc::clone(&self.cache), self.book.id.clone(), row),
        }
    }
}
